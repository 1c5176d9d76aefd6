//! R1, R7: a value in a packed struct whose parts would be dropped one by one in the body, were it
//! elsewhere, is moved to where it is aligned first: an owner of values, a type that has a sync
//! destructor around them, a tuple. No destructor, and nothing that drops the contents of an owner,
//! sees it where it is not aligned.
//@ edition: 2024
//@ run-pass
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3 -C debug-assertions
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::OnceLock;

use support::*;

/// Fails if it is dropped where it is not aligned.
struct Aligned<T>(u64, T);

impl<T> Aligned<T> {
    fn check(&self) {
        let address = black_box(&raw const self.0).addr();
        assert_eq!((address % align_of::<u64>(), self.0), (0, 7));
    }
}

/// Has a sync destructor, around what is awaited.
struct Around(Aligned<Graceful>);

impl Drop for Around {
    fn drop(&mut self) {
        self.0.check();
    }
}

/// Has an async destructor.
struct Awaited(Aligned<Graceful>);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.check();
    }
}

impl AsyncDrop for Awaited {
    async fn drop(self: Pin<&mut Self>) {
        self.0.check();
        suspend().await;
        self.0.check();
    }
}

#[repr(packed)]
struct Packed<T>(u8, T);

#[repr(packed(2))]
struct Less<T>(u16, (u8, T));

fn aligned() -> Aligned<Graceful> {
    Aligned(7, g("inner"))
}

fn awaited() -> Awaited {
    Awaited(aligned())
}

async fn in_array<T>(make: fn() -> T) {
    let _packed = [Packed(1, make()), Packed(2, make())];
}

/// Everything is dropped, whenever the future is cancelled, and each time where it is aligned.
macro_rules! check {
    ($make:expr) => {{
        async fn local() {
            let _first = 1u8;
            let _packed = [Packed(1, $make), Packed(2, $make)];
        }
        async fn in_vec() {
            let _packed = vec![Less(1, (2, $make)), Less(3, (4, $make))];
        }
        async fn nested() {
            let _packed = (1u8, Packed(1, Packed(2, $make)), Packed(3, $make));
        }
        block_on(local());
        block_on(in_vec());
        block_on(nested());
        block_on(in_array(|| $make));
        assert_none_alive();
        cancel_everywhere(local);
        cancel_everywhere(in_vec);
        cancel_everywhere(nested);
        cancel_everywhere(|| in_array(|| $make));
        assert_none_alive();
    }};
}

fn main() {
    check!(awaited());
    check!(Around(aligned()));
    check!(Box::new(awaited()));
    check!(Box::new(awaited()) as Box<dyn Send>);
    check!(vec![awaited(), awaited()]);
    check!(Rc::new(awaited()));
    check!(OnceLock::from(awaited()));
    check!(Some(Box::new(awaited())));
    check!((Box::new(awaited()), 1u64));
    check!(Packed(1, Box::new(awaited())));
}
