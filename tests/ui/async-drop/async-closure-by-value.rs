//! R12, R13: the future of an async closure that was called by value owns what the closure
//! captured, and drops it when it completes or is cancelled.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::pin;

use support::*;

async fn call_once(closure: impl AsyncFnOnce()) {
    closure().await;
}

async fn call(closure: impl AsyncFn()) {
    closure().await;
    closure().await;
}

async fn abandon(closure: impl AsyncFnOnce()) {
    {
        let mut future = pin!(closure());
        let _ = poll_once(future.as_mut());
    }
    println!("  abandoned");
}

fn main() {
    let closure = |name| {
        let captured = Plain::new(name);
        async move || {
            let _local = Graceful::new("local");
            let _captured = &captured;
            suspend().await;
        }
    };
    println!("called by value");
    block_on(call_once(closure("captured")));
    assert_none_alive();
    println!("called by reference");
    block_on(call(closure("captured")));
    assert_none_alive();
    println!("left in an async body");
    block_on(abandon(closure("captured")));
    assert_none_alive();
    for polls in 0..3 {
        cancel_after("cancelled", polls, call_once(closure("captured")));
    }
}
