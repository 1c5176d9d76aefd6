//! What `-Zprint-type-sizes` says of a generic future: where nothing is awaited to drop the value,
//! the state in which its drop would be pending has no future of it.
//@ edition: 2024
//@ build-pass
//@ compile-flags: -Zprint-type-sizes --crate-type=lib
//@ needs-deterministic-layouts
//@ ignore-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

async fn pause() {}

async fn holds<T>(_value: T) {
    pause().await;
}

pub fn instance() -> usize {
    size_of_val(&holds([0u64; 3]))
}
