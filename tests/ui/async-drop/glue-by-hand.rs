//! R4, R8: a type with async drop glue of its own is dropped by that glue as a whole, and by its
//! fields if it was partly moved from.

//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDropGlue, async_drop_in_place};
use std::mem::needs_async_drop;

#[path = "auxiliary/support.rs"]
mod support;

use support::*;

/// Has no `Drop`, so that its fields can be moved out.
struct Pair<T>(T, T);

unsafe impl<T> AsyncDropGlue for Pair<T> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        println!("    glue");
        // A future that is never polled drops its pair as well.
        let pair = Rest(to_drop);
        async move {
            unsafe {
                let pair = pair.take();
                let second = Rest(&raw mut (*pair).1);
                async_drop_in_place(&raw mut (*pair).0).await;
                async_drop_in_place(second.take()).await;
            }
        }
    }
}

/// Drops what is behind the pointer, if it is not taken.
struct Rest<T>(*mut T);

impl<T> Rest<T> {
    fn take(self) -> *mut T {
        std::mem::ManuallyDrop::new(self).0
    }
}

impl<T> Drop for Rest<T> {
    fn drop(&mut self) {
        unsafe { self.0.drop_in_place() }
    }
}

async fn partly_moved(moves: bool) {
    let pair = Pair(g("first"), g("second"));
    if moves {
        let _moved = pair.0;
        println!("    moved");
    }
    suspend().await;
}

async fn whole() {
    let _pair = Pair(g("first"), g("second"));
}

const _: () = assert!(needs_async_drop::<Pair<Graceful>>() && !needs_async_drop::<Pair<Plain>>());

fn main() {
    block_on(async {
        run("whole", whole()).await;
        run("not moved", partly_moved(false)).await;
        run("partly moved", partly_moved(true)).await;
    });
    for polls in 1..=2 {
        cancel_after("cancelled in a sync context", polls, whole());
    }
    assert_none_alive();
}
