//! R16, R13: what a call was to be given is awaited if the next argument panics, though no other
//! path drops it. The future may be left meanwhile: then that is awaited to its end, and the panic
//! comes out of the body that left it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::async_drop;
use std::mem::needs_async_drop;
use std::pin::{Pin, pin};

use unwinding::*;

fn consume(value: Graceful, (): ()) {
    std::mem::forget(value);
}

async fn body() {
    consume(g("argument"), boom());
}

async fn plain() {
    drop((p("argument"), boom()));
}

fn needs<T>(_: &T) -> bool {
    needs_async_drop::<T>()
}

async fn polled_and_left() {
    {
        let mut inner = pin!(body());
        assert!(poll_once(inner.as_mut()).is_pending());
        println!("  leave");
    }
    println!("  never");
}

async fn left_in_a_box() {
    let mut inner: Pin<Box<dyn Future<Output = ()>>> = Box::pin(body());
    assert!(poll_once(inner.as_mut()).is_pending());
    async_drop(inner).await;
    println!("  never");
}

fn main() {
    set_hook();
    assert!(needs(&body()) && !needs(&plain()));
    println!("polled");
    poll_out(pin!(body()));
    println!("left in its scope");
    poll_out(pin!(polled_and_left()));
    println!("left in a box");
    poll_out(pin!(left_in_a_box()));
    println!("dropped where nothing awaits");
    cancel_after("once", 1, body());
    assert_none_alive();
}
