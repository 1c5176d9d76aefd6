//! R12, R15: a future that has completed or panicked holds nothing, so dropping it drops nothing.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ exec-env: RUST_BACKTRACE=0
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::panic::{AssertUnwindSafe, catch_unwind};

use support::*;

async fn completes() {
    let _plain = Plain::new("plain");
    let _graceful = Graceful::new("graceful");
}

async fn panics() {
    let _plain = Plain::new("plain");
    let _graceful = Graceful::new("graceful");
    suspend().await;
    std::panic::resume_unwind(Box::new("panic"));
}

fn main() {
    println!("completed");
    let mut future = Box::pin(completes());
    while poll_once(future.as_mut()).is_pending() {}
    assert_none_alive();
    println!("  drop");
    drop(future);
    assert_none_alive();

    println!("panicked");
    let mut future = Box::pin(panics());
    assert!(poll_once(future.as_mut()).is_pending());
    // Its destructor is awaited first, and is pending.
    let payload = loop {
        match catch_unwind(AssertUnwindSafe(|| poll_once(future.as_mut()))) {
            Ok(polled) => assert!(polled.is_pending()),
            Err(payload) => break payload,
        }
    };
    assert_eq!(*payload.downcast::<&str>().unwrap(), "panic");
    assert_none_alive();
    println!("  drop");
    drop(future);
    assert_none_alive();
}
