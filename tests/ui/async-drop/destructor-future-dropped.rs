//! R12, R14, R15: the future of `async_drop_in_place` owns what it is to drop. Dropped before it
//! was polled, or in the middle, it sync-drops what is left; polled again after it has completed,
//! it touches nothing.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::async_drop_in_place;
use std::mem::ManuallyDrop;

use support::*;

fn cancel_destructor_after<T>(title: &str, polls: usize, value: T) {
    println!("{title}, {polls} polls");
    let mut value = Box::new(ManuallyDrop::new(value));
    let value: *mut T = &mut **value;
    // SAFETY: the value is neither used nor dropped otherwise.
    let mut future = Box::pin(unsafe { async_drop_in_place(value) });
    for _ in 0..polls {
        let _ = poll_once(future.as_mut());
    }
    println!("  cancel");
    drop(future);
    assert_none_alive();
}

fn values() -> (Plain, Graceful, Plain, Graceful) {
    (Plain::new("0"), Graceful::new("1"), Plain::new("2"), Graceful::new("3"))
}

fn main() {
    for polls in 0..5 {
        cancel_destructor_after("a tuple", polls, values());
    }
    for polls in 0..4 {
        cancel_destructor_after("one value", polls, Graceful::new("value"));
    }
    for polls in 0..3 {
        cancel_destructor_after("a plain value", polls, Plain::new("plain"));
    }
    for polls in 0..4 {
        cancel_destructor_after("an unstarted future", polls, async {
            let _local = Graceful::new("local");
        });
    }
    cancel_destructor_after("no drop at all", 2, 7);

    println!("the future of a future's destructor");
    let mut value = Box::new(ManuallyDrop::new(Graceful::new("value")));
    let value: *mut Graceful = &mut **value;
    // SAFETY: each is dropped by the next, and the last by this scope.
    let mut inner = Box::pin(ManuallyDrop::new(unsafe { async_drop_in_place(value) }));
    let inner: *mut _ = unsafe { &mut **inner.as_mut().get_unchecked_mut() };
    let mut outer = Box::pin(unsafe { async_drop_in_place(inner) });
    assert!(poll_once(outer.as_mut()).is_pending());
    println!("  cancel");
    drop(outer);
    assert_none_alive();
}
