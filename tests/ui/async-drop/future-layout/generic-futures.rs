//! R9: what a generic body drops is awaited where its type needs that. In an instance whose types
//! do not, the future has no byte for it: it is as large as that of the same body with the types
//! written out. A future of `async_drop_in_place` that the programmer holds is kept in each
//! instance.
//@ edition: 2024
//@ run-pass
//@ revisions: o0 o2 o3 unpacked
//@[o2] compile-flags: -Copt-level=2
//@[o3] compile-flags: -Copt-level=3
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
#![feature(async_drop)]
#![allow(incomplete_features, dead_code)]

use std::future::{AsyncDrop, async_drop_in_place};
use std::mem::{ManuallyDrop, size_of_val};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, cancel_everywhere, poll_once, suspend};

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static AWAITED: AtomicUsize = AtomicUsize::new(0);

/// What it holds must be what was written to it, whenever it is dropped.
struct Checked<const AWAITS: bool>([u64; 9]);

impl<const AWAITS: bool> Checked<AWAITS> {
    fn new() -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Checked([7; 9])
    }

    fn check(&self) {
        assert_eq!(self.0, [7; 9]);
    }
}

impl<const AWAITS: bool> Drop for Checked<AWAITS> {
    fn drop(&mut self) {
        self.check();
        self.0 = [8; 9];
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

type Plain = Checked<false>;

/// Has an async destructor, and is as large as `Plain`.
struct Awaited(Checked<true>);

impl Awaited {
    fn new() -> Self {
        Awaited(Checked::new())
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {}
}

impl AsyncDrop for Awaited {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        self.0.check();
        suspend().await;
        AWAITED.fetch_add(1, Ordering::Relaxed);
    }
}

/// A generic body, and the same with a type written out.
macro_rules! twice {
    ($($name:ident($($arg:ident),*) $body:block)*) => {
        mod generic {
            use super::*;
            $(pub async fn $name<T>($($arg: T),*) $body)*
        }
        mod plain {
            use super::*;
            type T = Plain;
            $(pub async fn $name($($arg: T),*) $body)*
        }
    };
}

twice! {
    parameter(_value) {
        suspend().await;
    }
    two_scopes(first, second) {
        {
            let _value = first;
            suspend().await;
        }
        let _value = second;
        suspend().await;
    }
    pair(first, second) {
        let _pair = (first, second);
        suspend().await;
    }
    conditional(first, second) {
        let kept;
        if std::hint::black_box(true) {
            kept = first;
        } else {
            kept = second;
        }
        suspend().await;
        drop(kept);
    }
    vector(first, second) {
        let _values = vec![first, second];
        suspend().await;
    }
    between_guards(value) {
        let _outer = Awaited::new();
        let _value = value;
        let _inner = Awaited::new();
        suspend().await;
    }
}

/// A future that the programmer holds while it is alive, in each instance.
async fn held<T>(value: T) {
    let mut value = ManuallyDrop::new(value);
    let drop = unsafe { async_drop_in_place(&raw mut *value) };
    suspend().await;
    drop.await;
}

/// Its output is dropped, and so is its awaitee.
async fn awaits<F: Future>(future: F) {
    suspend().await;
    let _output = future.await;
    suspend().await;
}

async fn leave(polls: usize, future: impl Future) {
    let mut future = pin!(future);
    let _ready = (0..polls).any(|_| poll_once(future.as_mut()).is_ready());
}

fn check<F: Future>(awaited: usize, make: impl Fn() -> F) {
    let before = AWAITED.load(Ordering::Relaxed);
    block_on(make());
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    assert_eq!(AWAITED.load(Ordering::Relaxed) - before, awaited);
    cancel_everywhere(&make);
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    // Cancelled by await, after each number of polls.
    for polls in 0..20 {
        block_on(leave(polls, make()));
        assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    }
}

macro_rules! check_all {
    ($($name:ident($($value:ident),*) $awaited:literal + $own:literal)*) => {$(
        check($own, || generic::$name($({ let $value = Plain::new(); $value }),*));
        check($own, || plain::$name($({ let $value = Plain::new(); $value }),*));
        check($awaited + $own, || generic::$name($({ let $value = Awaited::new(); $value }),*));
        let generic = size_of_val(&generic::$name($({ let $value = Plain::new(); $value }),*));
        let plain = size_of_val(&plain::$name($({ let $value = Plain::new(); $value }),*));
        if cfg!(not(unpacked)) {
            assert_eq!(generic, plain, stringify!($name));
        }
    )*};
}

fn main() {
    check_all! {
        parameter(a) 1 + 0
        two_scopes(a, b) 2 + 0
        pair(a, b) 2 + 0
        vector(a, b) 2 + 0
        between_guards(a) 1 + 2
    }
    check(0, || generic::conditional(Plain::new(), Plain::new()));
    check(0, || held(Plain::new()));
    check(1, || held(Awaited::new()));
    check(0, || awaits(async { Plain::new() }));
    check(1, || awaits(async { Awaited::new() }));
    check(1, || awaits(generic::parameter(Awaited::new())));
}
