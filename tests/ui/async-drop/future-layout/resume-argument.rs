//! A coroutine stores its resume argument as soon as it is resumed, whether that is read or not,
//! and at that point all that it captured is still where it was.
//@ edition: 2024
//@ run-pass
//@ revisions: o0 o3
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop, coroutines, coroutine_trait, stmt_expr_attributes)]
#![allow(incomplete_features, unused_assignments)]

use std::ops::{Coroutine, CoroutineState};
use std::pin::Pin;

fn main() {
    let text = vec![5u8; 3];
    let mut coroutine = #[coroutine]
    move |mut argument: [usize; 3]| {
        assert_eq!(text, [5; 3]);
        drop(text);
        argument = yield;
        yield;
        assert_eq!(argument, [7; 3]);
    };
    while let CoroutineState::Yielded(()) = Pin::new(&mut coroutine).resume([7; 3]) {}
}
