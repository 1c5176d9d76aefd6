//! R1: the temporaries of each `let` of a chain live until the chain fails or its block ends, and
//! those of its plain conditions only until the next. A guard with a `let` drops its temporaries
//! before the next arm is tried.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, if_let_guard)]
#![allow(incomplete_features, stable_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::{new_value as g, *};

trait Look {
    fn option(&self, some: bool) -> Option<&Self> {
        some.then_some(self)
    }
}

impl Look for Graceful {}

async fn if_let_chain(first: bool, second: bool, third: bool) {
    if let Some(_) = g("first").option(first)
        && g("condition").option(true).is_some()
        && let Some(_moved) = Some(g("moved"))
        && let Some(_) = g("second").option(second)
        && g("last condition").option(third).is_some()
    {
        println!("    then");
    } else {
        println!("    else");
    }
    println!("    end");
}

async fn while_let_chain() {
    let mut rounds = 0;
    while let Some(_) = g("temporary").option(rounds < 3)
        && let (Some(round), _) = (Some(rounds), g("in the pattern's _"))
    {
        rounds += 1;
        if round == 0 {
            continue;
        }
        if let Some(_) = g("inner").option(true)
            && round == 1
        {
            println!("    break");
            break;
        }
    }
    println!("    end");
}

async fn guards(number: u8) {
    match Some(number) {
        Some(0)
            if let Some(_) = g("never").option(true)
                && false =>
        {
            println!("    first")
        }
        Some(n) if let Some(_) = g("guard").option(n == 1) => println!("    second"),
        Some(_) if g("condition").option(number == 2).is_some() => println!("    third"),
        _ => println!("    last"),
    }
    println!("    end");
}

async fn all() {
    run("then", if_let_chain(true, true, true)).await;
    run("the first fails", if_let_chain(false, true, true)).await;
    run("the second fails", if_let_chain(true, false, true)).await;
    run("the last fails", if_let_chain(true, true, false)).await;
    run("while let", while_let_chain()).await;
    for number in 0..4 {
        run("guards", guards(number)).await;
    }
}

fn main() {
    block_on(all());
}
