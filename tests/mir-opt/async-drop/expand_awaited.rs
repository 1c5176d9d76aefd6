//! R1, R12, R13: an awaited drop becomes the construction of the destructor's future and a loop
//! that polls it. Its suspension point forks into the line that goes on polling when the coroutine
//! is cancelled by await, and the line that drops the future where nothing can await.
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

// EMIT_MIR expand_awaited.scope-{closure#0}.coroutine_async_drop_expand.0.mir
pub async fn scope() {
    let _guard = Guard;
}
