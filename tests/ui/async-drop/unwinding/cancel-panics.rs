//! R12, R13, R16, R17: a panic while a future is cancelled. In an async body the rest of what the
//! future holds is awaited, then the panic goes on into that body. In a sync context the rest is
//! sync-dropped, as ever.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use unwinding::*;

/// Panics, whichever destructor runs.
struct Panics(#[allow(dead_code)] Graceful);

impl Drop for Panics {
    fn drop(&mut self) {
        println!("    sync the one that panics");
        boom();
    }
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin the one that panics");
        suspend().await;
        boom();
    }
}

async fn nested(_parameter: Graceful) {
    let _first = g("first");
    inner(p("parameter")).await;
}

async fn inner(_parameter: Plain) {
    let _before = g("before");
    let _panics = (g("0"), Panics(g("field")), g("2"));
    let _after = g("after");
    forever().await;
}

async fn unstarted(_: Graceful, _: Panics, _: Plain, _: Graceful) {}

async fn leaves<F: Future>(future: F, polls: usize) {
    let _outside = g("outside");
    {
        let mut future = pin!(future);
        for _ in 0..polls {
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    leave");
    }
    println!("    left");
}

fn cancel_sync<F: Future>(title: &str, future: F, polls: usize) {
    println!("{title}");
    let mut future = Box::pin(future);
    for _ in 0..polls {
        assert!(poll_once(future.as_mut()).is_pending());
    }
    let payload = catch_unwind(AssertUnwindSafe(|| drop(future))).unwrap_err();
    println!("  caught {}", text(&payload));
    assert!(!std::thread::panicking());
    assert_none_alive();
}

fn four() -> impl Future {
    unstarted(g("0"), Panics(g("1")), p("2"), g("3"))
}

fn main() {
    set_hook();
    unwind("in an async body", leaves(nested(g("outer parameter")), 1));
    unwind("in an async body, unstarted", leaves(four(), 0));
    cancel_sync("in a sync context", nested(g("outer parameter")), 1);
    cancel_sync("in a sync context, unstarted", four(), 0);
}
