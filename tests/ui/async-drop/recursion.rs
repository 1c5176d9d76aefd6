//! R1, R12: an async function that awaits itself through `Box::pin` drops the values of the inner
//! calls before those of the outer ones, when it completes, when it leaves early, and when it is
//! cancelled in a sync context.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::Pin;

use support::*;

const NAMES: [&str; 4] = ["0", "1", "2", "3"];

async fn down(level: usize) -> Plain {
    let _graceful = Graceful::new(NAMES[level]);
    if level == 0 {
        return Plain::new("result");
    }
    let result = Box::pin(down(level - 1)).await;
    println!("  back in {level}");
    result
}

fn erased(level: usize, parameter: Graceful) -> Pin<Box<dyn Future<Output = Result<(), Plain>>>> {
    Box::pin(async move {
        let _parameter = &parameter;
        let _plain = Plain::new("plain");
        if level == 0 {
            return Err(Plain::new("error"));
        }
        erased(level - 1, Graceful::new(NAMES[level - 1])).await?;
        println!("  never");
        Ok(())
    })
}

/// Awaits itself twice, once with a value in scope and once with a temporary.
async fn tree(level: usize) -> usize {
    let _local = Graceful::suspending(NAMES[level], 0);
    if level == 0 {
        return 1;
    }
    let left = Box::pin(tree(level - 1)).await;
    left + async { Box::pin(tree(level - 1)).await + (&Plain::new("temporary"), 0).1 }.await
}

fn main() {
    println!("completed");
    drop(block_on(down(3)));
    assert_none_alive();
    println!("completed, erased");
    drop(block_on(erased(2, Graceful::new("2"))));
    assert_none_alive();
    println!("a tree");
    assert_eq!(block_on(tree(2)), 4);
    assert_none_alive();
    for polls in 0..=3 {
        cancel_after("cancelled", polls, down(2));
    }
    for polls in 0..=2 {
        cancel_after("cancelled, erased", polls, erased(1, Graceful::new("1")));
    }
}
