//! R1, R4: drop elaboration marks a drop that is awaited with the local that will hold its future.
//! It decides nothing else anew: what was moved is not dropped, and what may have been moved has a
//! drop flag. The place behind a reference cannot be moved from, so its drop is marked as it is.
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

// EMIT_MIR elaborate_awaited.scope-{closure#0}.ElaborateDrops.diff
pub async fn scope() {
    let _guard = Guard;
}

// EMIT_MIR elaborate_awaited.flag-{closure#0}.ElaborateDrops.diff
pub async fn flag(moves: bool) {
    let guard = Guard;
    if moves {
        std::mem::forget(guard);
    }
}

// EMIT_MIR elaborate_awaited.reference-{closure#0}.ElaborateDrops.diff
pub async fn reference(place: &mut Guard) {
    *place = Guard;
}

// EMIT_MIR elaborate_awaited.plain-{closure#0}.ElaborateDrops.diff
pub async fn plain() {
    let _plain = String::new();
}
