//! R1, R12: the value of `[value; 0]` is dropped where the array is made, awaited in an async body.
//! If the future is cancelled meanwhile, that and what was computed before it are sync-dropped.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn scope() {
    let _before = g("before");
    let _none = [g("no times"); 0];
    let _once = [g("once"); 1];
}

async fn operand() {
    let _pair = (g("computed before"), [g("no times"); 0], g("computed after"));
}

async fn unknown<T>(value: T) {
    let _none = [value; 0];
}

fn in_function() {
    let _none = [g("no times"); 0];
}

fn main() {
    println!("awaited");
    block_on(scope());
    block_on(operand());
    println!("of any type");
    block_on(unknown(g("value")));
    block_on(unknown(p("value")));
    println!("in a function");
    in_function();
    assert_none_alive();
    for polls in 0..2 {
        cancel_after("cancelled", polls, scope());
        cancel_after("cancelled, an operand", polls, operand());
        println!("cancelled in an async body");
        block_on(leave_after(polls, operand()));
        assert_none_alive();
    }
}
