//! R12, R13: a future that was pinned to the stack and polled leaves an inner scope of an async
//! body. What it holds is dropped before the enclosing body goes on, exactly once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::pin;

use support::*;

async fn plain() {
    let _a = Plain::new("a");
    forever().await;
}

async fn graceful() {
    let _a = Plain::new("a");
    let _b = Graceful::new("b");
    forever().await;
}

async fn in_destructor() {
    let _a = Plain::new("a");
    let _b = Graceful::suspending("b", 3);
}

async fn cancel<F: Future>(future: F) {
    {
        let mut future = pin!(future);
        assert!(poll_once(future.as_mut()).is_pending());
        println!("  leave the inner scope");
    }
    println!("  left it");
}

async fn cancel_concrete() {
    {
        let mut future = pin!(graceful());
        assert!(poll_once(future.as_mut()).is_pending());
        println!("  leave the inner scope");
    }
    println!("  left it");
}

fn main() {
    println!("plain values");
    block_on(cancel(plain()));
    assert_none_alive();

    println!("awaited values");
    block_on(cancel(graceful()));
    assert_none_alive();

    println!("awaited values of a known future");
    block_on(cancel_concrete());
    assert_none_alive();

    println!("a destructor that has begun");
    block_on(cancel(in_destructor()));
    assert_none_alive();

    println!("a future within a future");
    block_on(cancel(async {
        let _outer = Graceful::new("outer");
        graceful().await
    }));
    assert_none_alive();
}
