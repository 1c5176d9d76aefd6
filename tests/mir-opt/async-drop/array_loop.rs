//! R1: the elements of an array are dropped by a loop, one after the other. If the coroutine is
//! cancelled in it, a second loop drops the rest.
//@ edition: 2024
//@ compile-flags: -Zmir-opt-level=0 -C panic=abort
// skip-filecheck
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct End;

impl Drop for End {
    fn drop(&mut self) {}
}

impl AsyncDrop for End {
    async fn drop(self: Pin<&mut Self>) {}
}

// EMIT_MIR array_loop.scope-{closure#0}.StateTransform.before.mir
pub async fn scope() {
    let _array = [End, End];
}
