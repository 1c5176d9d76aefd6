//! R13, R14, R16: a future that an async body drops while it awaits destructors on behalf of a
//! panic completes that. Then the panic goes on into the body that drops it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::{AsyncDrop, Future, async_drop};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use unwinding::*;

async fn panics(_parameter: Graceful) {
    let _first = g("first");
    let _second = (p("second.0"), Graceful::suspending("second.1", 2));
    boom();
}

/// Polls, leaves the scope of what it polls, and goes on if it can.
async fn leaves(polls: usize) {
    let _outside = g("outside");
    {
        let mut future = pin!(panics(g("parameter")));
        let _plain = p("beside it");
        for _ in 0..polls {
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    leave");
    }
    println!("    left");
}

/// The future is boxed, and of a type that is not known.
async fn leaves_boxed() {
    let _outside = g("outside");
    {
        let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(panics(g("parameter")));
        assert!(poll_once(future.as_mut()).is_pending());
        println!("    leave");
    }
    println!("    left");
}

/// The future of the cancellation is itself polled, and dropped in a sync context.
fn cancelled_twice(polls: usize) {
    println!("cancelled twice, {polls} polls");
    let mut future = Box::pin(panics(g("parameter")));
    assert!(matches!(poll_caught(future.as_mut()), Ok(poll) if poll.is_pending()));
    let mut cancellation = Box::pin(async_drop(future));
    for _ in 0..polls {
        assert!(matches!(poll_caught(cancellation.as_mut()), Ok(poll) if poll.is_pending()));
    }
    println!("  cancel");
    drop(cancellation);
    assert!(!std::thread::panicking());
    assert_none_alive();
}

/// A destructor that ends the future of another panic.
struct Cancels(Option<Pin<Box<dyn Future<Output = ()>>>>);

impl Drop for Cancels {
    fn drop(&mut self) {}
}

impl AsyncDrop for Cancels {
    async fn drop(mut self: Pin<&mut Self>) {
        let result = catch_unwind(AssertUnwindSafe(|| drop(self.0.take())));
        println!("    cancelled in a sync context: {}", result.is_ok());
        suspend().await;
    }
}

async fn destructor_cancels() {
    let _outside = g("outside");
    let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(panics(g("parameter")));
    assert!(poll_once(future.as_mut()).is_pending());
    let _cancels = Cancels(Some(future));
}

fn main() {
    set_hook();
    for polls in 1..=2 {
        println!("{polls} polls");
        let mut future = Box::pin(leaves(polls));
        poll_out(future.as_mut());
        assert_none_alive();
    }
    unwind("boxed", leaves_boxed());
    cancelled_twice(0);
    cancelled_twice(1);
    cancelled_twice(2);
    println!("in a destructor");
    block_on(destructor_cancels());
    assert_none_alive();
}
