//! R5, R12, R13: a coroutine that was never resumed holds its captures. There are two ways to drop
//! them: `coroutine_drop_async` awaits, `coroutine_drop` does not.
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

// EMIT_MIR unresumed.captures-{closure#0}.coroutine_drop.0.mir
// EMIT_MIR unresumed.captures-{closure#0}.coroutine_drop_async.0.mir
pub fn captures(guard: Guard) -> impl Future {
    async move {
        let _guard = &guard;
    }
}
