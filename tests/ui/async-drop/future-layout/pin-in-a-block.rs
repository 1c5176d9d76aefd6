//! A `Pin` that is looked through may be a local of a block that ends before what it points to is
//! used. It is not read where it has no storage any more (`-Zlint-mir` would say so).
//@ edition: 2024
//@ run-pass
//@ compile-flags: -Zlint-mir
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::ops::Deref;
use std::pin::Pin;

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, suspend};

async fn through_a_block(pin: Pin<&[u64; 4]>) -> u64 {
    let array: &[u64; 4] = Deref::deref({
        let reference = &pin;
        reference
    });
    suspend().await;
    array[0]
}

async fn at_once(pin: Pin<&mut [u64; 4]>) -> u64 {
    let first = pin[0];
    suspend().await;
    first
}

async fn written(mut pin: Pin<&mut [u64; 4]>) -> u64 {
    pin[1] = 8;
    suspend().await;
    pin[1] + pin[0]
}

fn main() {
    assert_eq!(block_on(through_a_block(Pin::new(&[5; 4]))), 5);
    assert_eq!(block_on(at_once(Pin::new(&mut [6; 4]))), 6);
    assert_eq!(block_on(written(Pin::new(&mut [1; 4]))), 9);
}
