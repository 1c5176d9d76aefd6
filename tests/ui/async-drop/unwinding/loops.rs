//! R16, R18: a panic in a round of a loop awaits what this round holds, then what the loop holds,
//! its iterator for instance.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use unwinding::*;

const NAMES: [&str; 3] = ["first round", "second round", "third round"];

async fn counted() {
    let _outside = g("outside");
    for round in 0..3 {
        let _inside = g(NAMES[round]);
        if round == 1 {
            boom();
        }
    }
}

async fn over_values() {
    for (round, _value) in NAMES.map(g).into_iter().enumerate() {
        if round == 1 {
            boom();
        }
    }
}

async fn over_a_vector() {
    for value in Vec::from(NAMES.map(g)) {
        suspend().await;
        drop(value);
        boom();
    }
}

async fn while_let() {
    let mut values = Vec::from(NAMES.map(g));
    while let Some(_value) = values.pop() {
        if values.len() == 1 {
            boom();
        }
    }
}

async fn labelled() {
    'outer: loop {
        let _outer = g("outer");
        let mut value = Some(g("value"));
        loop {
            let _inner = p("inner");
            if value.take().is_some() {
                continue;
            }
            boom();
            break 'outer;
        }
    }
}

fn main() {
    set_hook();
    unwind("a loop that counts", counted());
    unwind("over values", over_values());
    unwind("over a vector", over_a_vector());
    unwind("while let", while_let());
    unwind("labelled", labelled());
}
