//! R17, R18: a panic in a destructor, before or after it suspends, counts the value as dropped. Its
//! fields are dropped, then everything else in order: by await where it needs that.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3 os
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
//@[os] compile-flags: -C opt-level=s
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::pin::Pin;
use std::rc::Rc;

use unwinding::*;

/// Panics in its destructor, after some suspensions.
struct Panics {
    suspensions: usize,
    first: Plain,
    second: Graceful,
}

fn panics(suspensions: usize) -> Panics {
    Panics { suspensions, first: p("first field"), second: g("second field") }
}

impl Drop for Panics {
    fn drop(&mut self) {
        println!("    sync the one that panics");
    }
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        let _lease = g("lease of the destructor");
        for _ in 0..self.suspensions {
            suspend().await;
        }
        boom();
    }
}

/// Panics in its `Drop`.
struct PanicsSync(Graceful);

impl Drop for PanicsSync {
    fn drop(&mut self) {
        boom();
    }
}

async fn last_local() {
    let _before = (g("before"), p("before"));
    let _panics = panics(0);
}

async fn first_local() {
    let _panics = panics(1);
    let _after = g("after");
}

async fn middle_local() {
    let _before = p("before");
    let _panics = panics(2);
    let _after = p("after");
}

async fn sync_half() {
    let _before = g("before");
    let _panics = PanicsSync(g("field"));
    let _after = g("after");
}

async fn parameter(_before: Graceful, _panics: Panics, _after: Graceful) {
    let _local = g("local");
}

async fn field() {
    let _tuple = (g("0"), panics(0), p("2"), g("3"));
}

async fn element() {
    let _array = [Err(g("0")), Ok(panics(0)), Err(g("2")), Err(g("3"))];
}

async fn in_a_vector() {
    let _before = g("before");
    let _vector = vec![Err(g("0")), Ok(panics(1)), Err(g("2")), Err(g("3"))];
}

async fn boxed() {
    let _before = g("before");
    let _boxed: Box<(Graceful, Panics, Graceful)> = Box::new((g("0"), panics(1), g("2")));
}

async fn last_owner() {
    let _before = g("before");
    let _shared = Rc::new((panics(0), g("1")));
}

async fn erased() {
    let _before = g("before");
    let _erased: Box<dyn std::any::Any> = Box::new((panics(1), g("1")));
}

async fn temporary() {
    let _local = g("local");
    fn borrows(_: &Graceful, _: &Panics, _: &Graceful) {}
    borrows(&g("first temporary"), &panics(0), &g("last temporary"));
}

async fn assigned() {
    let _before = g("before");
    #[allow(unused_assignments)]
    let mut value = Ok(panics(1));
    suspend().await;
    value = Err(g("new value"));
    drop(value);
}

async fn end_of_a_scope() {
    let _before = g("before");
    {
        let _inner = g("inner");
        let _panics = panics(0);
    }
    let _not_made = g("not made");
}

async fn returned() -> Graceful {
    let _panics = panics(0);
    g("returned")
}

fn main() {
    set_hook();
    unwind("last local", last_local());
    unwind("first local", first_local());
    unwind("middle local", middle_local());
    unwind("in Drop", sync_half());
    unwind("parameter", parameter(g("before"), panics(0), g("after")));
    unwind("field", field());
    unwind("element", element());
    unwind("in a vector", in_a_vector());
    unwind("boxed", boxed());
    unwind("last owner", last_owner());
    unwind("erased", erased());
    unwind("temporary", temporary());
    unwind("assigned", assigned());
    unwind("end of a scope", end_of_a_scope());
    unwind("returned", returned());
}
