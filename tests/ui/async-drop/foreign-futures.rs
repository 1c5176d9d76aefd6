//! R12, R24: an `.await` drops what the future of another crate holds once, though nobody there has
//! asked whether that needs async drop, and nobody need ask here whether the future is over.
//@ revisions: o0 o3
//@ edition: 2024
//@ run-pass
//@ aux-build: foreign-futures.rs
//@[o0] compile-flags: -Copt-level=0
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(incomplete_features)]

extern crate foreign_futures as foreign;

use std::cell::Cell;
use std::future::{async_drop, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static DROPS: Cell<usize> = const { Cell::new(0) };
}

struct Plain(#[allow(unused)] String);

impl Plain {
    fn new() -> Self {
        Plain("on the heap".to_owned())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

fn drops_in(future: impl Future<Output = ()>) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(pin!(future).as_mut().poll(&mut context), Poll::Ready(()));
    DROPS.take()
}

/// A coroutine of this crate that the compiler knows to need no async drop.
async fn hold(value: Plain) {
    let _held = value;
    ready(()).await;
}

fn main() {
    assert_eq!(drops_in(async { foreign::hold(Plain::new()).await }), 1);
    assert_eq!(drops_in(async { foreign::leave((Plain::new(), Plain::new())).await }), 2);
    assert_eq!(drops_in(async { foreign::hidden(Plain::new()).await }), 1);
    assert_eq!(drops_in(async { async_drop(Plain::new()).await }), 1);
    assert_eq!(drops_in(async { hold(Plain::new()).await }), 1);
    assert_eq!(drops_in((async || foreign::hold(Plain::new()).await)()), 1);
    assert_eq!(
        drops_in(async {
            let plain = Plain::new();
            assert_eq!(foreign::take(vec![Box::new(move || _ = &plain)]).await, 1);
        }),
        1,
    );
    assert_eq!(
        drops_in(async {
            for _ in 0..3 {
                foreign::hold(Plain::new()).await;
            }
        }),
        3,
    );
}
