//! R1, R9: a value of a known type is dropped part by part in the body that drops it, without a
//! future of its own: the elements of a vector by a loop between the calls that take them away and
//! free their buffer, the fields of a struct one after the other. What depends on a type parameter
//! is left to glue, which decides after monomorphisation.
//@ edition: 2024
//@ compile-flags: -Zmir-opt-level=0 -C panic=abort
// skip-filecheck
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {}
}

// EMIT_MIR opened_values.vector-{closure#0}.ElaborateDrops.diff
pub async fn vector() {
    let _guards = Vec::<Guard>::new();
}

// EMIT_MIR opened_values.pair-{closure#0}.ElaborateDrops.diff
pub async fn pair() {
    let _pair = (Guard(1), Guard(2));
}

// EMIT_MIR opened_values.generic-{closure#0}.ElaborateDrops.diff
pub async fn generic<T>() {
    let _values = Vec::<T>::new();
}
