//! R19: with `-Zasync-drop-unwind=sync` a panic sync-drops what the body holds, as it is today, and
//! comes out of the poll at once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ compile-flags: -Zasync-drop-unwind=sync
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::pin::Pin;

use unwinding::*;

struct Panics(#[allow(dead_code)] Graceful);

impl Drop for Panics {
    fn drop(&mut self) {}
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        let _lease = g("lease");
        suspend().await;
        boom();
    }
}

async fn body(_parameter: Graceful) {
    let _plain = p("plain");
    let _graceful = g("graceful");
    suspend().await;
    boom();
}

async fn destructor() {
    let _before = g("before");
    let _tuple = (g("0"), Panics(g("field")), g("2"));
}

async fn outer() {
    let _outer = g("outer");
    body(g("parameter")).await;
}

fn main() {
    set_hook();
    unwind("body", body(g("parameter")));
    unwind("destructor", destructor());
    unwind("nested", outer());
}
