//! R12, R14, R15: an async body that is cancelling a future is cancelled itself, and so is whoever
//! cancels it, at each poll. What was dropped stays dropped, what has begun goes on if it can be
//! awaited, and the rest follows in order.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::pin;

use support::*;

async fn holds(_captured: Graceful) {
    let _a = Plain::new("a");
    let _b = (Graceful::new("b.0"), Graceful::new("b.1"));
    forever().await;
}

async fn cancels() {
    let _outer = Graceful::new("outer");
    {
        let mut future = pin!(holds(Graceful::new("captured")));
        assert!(poll_once(future.as_mut()).is_pending());
        println!("  leave the inner scope");
    }
    println!("  left the inner scope");
}

async fn cancels_unstarted() {
    let _outer = Graceful::new("outer");
    {
        let _future = holds(Graceful::new("captured"));
    }
    println!("  left the inner scope");
}

fn main() {
    for polls in 1..=4 {
        cancel_after("once, then in a sync context", polls, cancels());
    }
    for polls in 1..=4 {
        println!("once, then in an async body");
        block_on(leave_after(polls, cancels()));
        assert_none_alive();
    }
    for polls in 1..=3 {
        cancel_after("twice, then in a sync context", polls, leave_after(1, cancels()));
    }
    for polls in 1..=3 {
        println!("twice, then in an async body");
        block_on(leave_after(polls, leave_after(1, cancels())));
        assert_none_alive();
    }
    for polls in 1..=2 {
        let future = leave_after(1, leave_after(1, cancels()));
        cancel_after("three times, then in a sync context", polls, future);
    }
    for polls in 1..=2 {
        cancel_after("unstarted, then in a sync context", polls, cancels_unstarted());
    }
    for polls in 1..=2 {
        println!("unstarted, then in an async body");
        block_on(leave_after(polls, cancels_unstarted()));
        assert_none_alive();
    }
}
