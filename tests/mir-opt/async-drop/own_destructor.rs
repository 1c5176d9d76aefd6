//! R6: a value's own destructor is awaited before its fields are dropped, and takes the place of
//! its `Drop::drop`. Cancelled in it, the fields are dropped all the same.
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

pub struct Owner(pub Guard, pub String);

impl Drop for Owner {
    fn drop(&mut self) {}
}

impl AsyncDrop for Owner {
    async fn drop(self: Pin<&mut Self>) {}
}

// EMIT_MIR own_destructor.scope-{closure#0}.StateTransform.before.mir
pub async fn scope(owner: Owner) {
    let _owner = owner;
}
