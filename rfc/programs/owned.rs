//! The future of `async_drop_in_place` owns what it drops, from the call on.
#![feature(async_drop)]
#![allow(incomplete_features)]
#[path = "../../tests/ui/async-drop/auxiliary/support.rs"]
mod support;
use std::future::async_drop_in_place;
use std::mem::ManuallyDrop;

use support::*;

fn main() {
    let mut value = ManuallyDrop::new(Graceful::new("value"));
    let future = unsafe { async_drop_in_place(&raw mut *value) };
    println!("made");
    drop(future);
    println!("dropped, never polled");

    let mut pair = ManuallyDrop::new((Graceful::new("0"), Graceful::new("1")));
    let mut future = Box::pin(unsafe { async_drop_in_place(&raw mut *pair) });
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    println!("dropped in the first field's destructor");
}
