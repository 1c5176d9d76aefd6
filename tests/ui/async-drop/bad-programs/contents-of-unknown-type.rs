//! Collections of values whose type could not be inferred.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::collections::VecDeque;

fn vector() -> Vec<impl Sized> {
    //~^ ERROR type annotations needed
    loop {}
}

fn nested() -> Option<Box<VecDeque<impl Sized>>> {
    //~^ ERROR type annotations needed
    loop {}
}

async fn dropped() {
    let _vector = vector();
    let _pair = (nested(), vector());
}

fn main() {
    let _future = dropped();
}
