//! R12, R14, R16: a future that is dropped in a sync context while it awaits destructors on behalf
//! of a panic. The destructor that has begun is dropped, its value and the rest are sync-dropped,
//! and the panic is over: its payload is dropped, and the thread does not panic.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::cell::Cell;
use std::future::AsyncDrop;
use std::panic::panic_any;
use std::pin::Pin;
use std::thread::panicking;

use unwinding::*;

/// Its destructor holds something.
struct Holds(Plain);

impl Drop for Holds {
    fn drop(&mut self) {
        println!("    sync the one that holds");
    }
}

impl AsyncDrop for Holds {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin the one that holds");
        let _lease = p("lease of the destructor");
        suspend().await;
        println!("    end the one that holds");
    }
}

thread_local! {
    static PAYLOADS: Cell<usize> = const { Cell::new(0) };
}

/// Counts how many of it there are.
struct Counted(Box<u8>);

impl Drop for Counted {
    fn drop(&mut self) {
        PAYLOADS.set(PAYLOADS.get() - 1);
    }
}

fn panic() {
    PAYLOADS.set(PAYLOADS.get() + 1);
    panic_any(Counted(Box::new(0)));
}

async fn inner(_parameter: Graceful) {
    let _first = p("first");
    let _holds = Holds(p("field"));
    let _last = p("last");
    panic();
}

async fn outer() {
    let _outer = g("outer");
    inner(g("parameter")).await;
}

async fn tuple() {
    let _before = g("before");
    let _tuple = (g("0"), p("1"), [g("2"), g("3")]);
    panic();
}

#[track_caller]
fn cancel<F: Future>(title: &str, polls: usize, future: F) {
    cancel_after(title, polls, future);
    assert!(!panicking());
    assert_eq!(PAYLOADS.get(), 0);
}

fn main() {
    set_hook();
    for polls in 1..=3 {
        cancel("nested", polls, outer());
    }
    for polls in 1..=3 {
        cancel("a tuple", polls, tuple());
    }
}
