//! An instance of a generic body whose values need no alignment, and whose drop is never awaited:
//! it has no place for the destructor's future, and so no code may ask where that is.
//@ edition: 2024
//@ run-pass
//@ revisions: o0 o3
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::Cell;

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, cancel_everywhere, suspend};

async fn borrows<T>(value: T) {
    let _cell = Cell::new(value);
    suspend().await;
    suspend().await;
}

fn main() {
    block_on(borrows(()));
    block_on(borrows(7u8));
    block_on(borrows([7u8; 5]));
    cancel_everywhere(|| borrows(7u8));
}
