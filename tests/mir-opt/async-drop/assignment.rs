//! R3: an assignment drops the old value and stores the new one on each way out of that drop: when
//! it is done, when it unwinds, and when the coroutine is cancelled in it.
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

// EMIT_MIR assignment.assign-{closure#0}.built.after.mir
pub async fn assign(place: &mut Guard) {
    *place = Guard;
}
