//! R1, R12, R14: the elements of an array are awaited one by one, in order, at every opt-level. If
//! the future is cancelled in between, the rest is sync-dropped.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: o0 o1 o2 o3 os
//@[o0] compile-flags: -C opt-level=0
//@[o1] compile-flags: -C opt-level=1
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
//@[os] compile-flags: -C opt-level=s
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

fn array() -> [Graceful; 3] {
    [Graceful::new("0"), Graceful::suspending("1", 0), Graceful::suspending("2", 2)]
}

async fn scope() {
    let _array = array();
}

async fn nested() {
    let first = (Graceful::new("0.0"), Plain::new("0.1"));
    let _array = [first, (Graceful::new("1.0"), Plain::new("1.1"))];
}

async fn moved_out() {
    let [_first, .., last] = array();
    drop(last);
}

async fn empty() {
    let _array: [Graceful; 0] = [];
}

fn main() {
    println!("awaited");
    block_on(scope());
    block_on(nested());
    block_on(moved_out());
    block_on(empty());
    assert_none_alive();

    for polls in 0..4 {
        cancel_after("cancelled", polls, scope());
    }
    for polls in 0..3 {
        cancel_after("cancelled, elements with fields", polls, nested());
    }
    for polls in 0..4 {
        println!("cancelled in an async body, {polls} polls");
        block_on(leave_after(polls, scope()));
        assert_none_alive();
    }
}
