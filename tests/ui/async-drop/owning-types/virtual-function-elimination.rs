//! The slot that drops a `dyn Trait` by await is read as one of a vtable of that trait, which
//! `-Zvirtual-function-elimination` wants to know.
//@ edition: 2024
//@ build-pass
//@ compile-flags: -Clto -Zvirtual-function-elimination
//@ no-prefer-dynamic
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::fmt::Display;
use std::pin::pin;
use std::task::{Context, Waker};

async fn drop_erased() {
    let _erased: Box<dyn Display> = Box::new(7);
}

fn main() {
    let _ = pin!(drop_erased()).poll(&mut Context::from_waker(Waker::noop()));
}
