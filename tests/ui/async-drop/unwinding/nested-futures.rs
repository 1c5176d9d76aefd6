//! R16: a panic goes from future to future, innermost first: each awaits what it holds before the
//! one that polls it sees the panic. The hook runs once. A future that panicked holds nothing any
//! more.
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
use std::pin::{Pin, pin};

use unwinding::*;

async fn innermost() {
    let _value = g("innermost");
    suspend().await;
    boom();
}

async fn middle(_parameter: Graceful) {
    let _value = p("middle");
    innermost().await;
}

async fn outermost() {
    let _first = g("outermost");
    middle(g("parameter of the middle one")).await;
    let _not_made = g("not made");
}

async fn pinned() {
    let _value = g("outside");
    let mut inner = pin!(innermost());
    inner.as_mut().await;
}

async fn boxed() {
    let inner: Pin<Box<dyn Future<Output = ()>>> = Box::pin(outermost());
    let _value = g("outside");
    inner.await;
}

async fn block() {
    let value = g("outside");
    async {
        let _value = (&value, g("inside"));
        boom();
    }
    .await;
}

/// What it holds besides are futures: an unstarted one and a suspended one.
async fn holds_futures() {
    async fn waits(_parameter: Graceful, name: &'static str) {
        let _value = g(name);
        forever().await;
    }
    let _unstarted = waits(g("unstarted"), "not made");
    let mut suspended = pin!(waits(g("suspended"), "local of the suspended one"));
    assert!(poll_once(suspended.as_mut()).is_pending());
    boom();
}

/// The panic comes out of a poll that is made by hand.
async fn polled_by_hand() {
    let _value = g("outside");
    let mut inner = pin!(innermost());
    for _ in 0..3 {
        println!("    polled by hand");
        assert!(poll_once(inner.as_mut()).is_pending());
    }
}

fn main() {
    set_hook();
    unwind("awaited", outermost());
    unwind("pinned", pinned());
    unwind("boxed", boxed());
    unwind("async block", block());
    unwind("futures among the values", holds_futures());
    unwind("polled by hand", polled_by_hand());
}
