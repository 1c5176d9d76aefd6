//! R9, R13: the function that drops a coroutine by await, of one that awaits no drop, runs its drop
//! glue and is ready at once.
//@ edition: 2024
//@ compile-flags: -Zmir-opt-level=0 -C panic=abort
// skip-filecheck
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {}
}

// EMIT_MIR drop_poll_proxy.plain-{closure#0}.coroutine_drop_proxy_async.0.mir
pub async fn plain(guard: &Guard) {
    let _plain = String::new();
    nothing(guard).await;
}

async fn nothing(_: &Guard) {}

/// Drops such a future in an async body.
pub async fn scope(guard: &Guard) {
    let _future = plain(guard);
    let _guard = Guard;
}
