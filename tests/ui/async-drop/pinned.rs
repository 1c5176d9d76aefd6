//! R7: a value stays where it is from the first poll of its destructor until it is dropped,
//! wherever it lived, and however the future that owns it is polled or cancelled. The destructor
//! here links the value into a list by its address, as an intrusive list of wakers does.
//@ edition: 2024
//@ run-pass
#![feature(async_drop)]
#![allow(dead_code, incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use std::cell::{Cell, RefCell};
use std::future::AsyncDrop;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;

use support::*;

thread_local! {
    /// The values whose destructor has begun.
    static LINKED: RefCell<Vec<*const Pinned>> = const { RefCell::new(Vec::new()) };
    static MADE: Cell<usize> = const { Cell::new(0) };
    static COMPLETED: Cell<usize> = const { Cell::new(0) };
    static FORCED: Cell<usize> = const { Cell::new(0) };
}

struct Pinned {
    /// Its own address, once its destructor was polled.
    this: Cell<*const Pinned>,
    visits: Cell<usize>,
    memory: Box<usize>,
    _pin: PhantomPinned,
}

fn pinned() -> Pinned {
    MADE.set(MADE.get() + 1);
    let memory = Box::new(MADE.get());
    Pinned { this: Cell::new(ptr::null()), visits: Cell::new(0), memory, _pin: PhantomPinned }
}

/// Reaches every linked value by its address alone.
fn visit_all() {
    LINKED.with_borrow(|linked| {
        for &value in linked {
            // SAFETY: a linked value is pinned, and unlinks itself before it goes.
            let value = unsafe { &*value };
            assert_eq!(value.this.get(), ptr::from_ref(value), "moved");
            value.visits.set(value.visits.get() + 1);
        }
    });
}

impl Pinned {
    fn unlink(&self) {
        let this: *const Pinned = self;
        assert_eq!(self.this.get(), this, "moved");
        LINKED.with_borrow_mut(|linked| {
            let before = linked.len();
            linked.retain(|&other| other != this);
            assert_eq!(linked.len() + 1, before);
        });
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.this.get().is_null() {
            self.unlink();
        }
        FORCED.set(FORCED.get() + 1);
    }
}

impl AsyncDrop for Pinned {
    async fn drop(self: Pin<&mut Self>) {
        let this: *const Pinned = &*self;
        assert!(self.this.get().is_null(), "two destructors for one value");
        self.this.set(this);
        LINKED.with_borrow_mut(|linked| linked.push(this));
        for round in 0..3 {
            assert_eq!(ptr::from_ref(&*self), this);
            assert_eq!(self.visits.get(), round);
            suspend().await;
        }
        self.unlink();
        COMPLETED.set(COMPLETED.get() + 1);
    }
}

struct Owner {
    before: Box<u8>,
    value: Pinned,
    second: Pinned,
}

fn owner() -> Owner {
    Owner { before: Box::new(0), value: pinned(), second: pinned() }
}

enum Either {
    Left(u8),
    Right([Pinned; 2], Option<Pinned>),
}

async fn variables() {
    let _a = pinned();
    let _b = pinned();
    let _owner = owner();
    let _tuple = (0_u8, pinned(), (1_u8, pinned()));
}

async fn elements() {
    let _array = [pinned(), pinned(), pinned()];
    let _owners = [owner(), owner()];
}

async fn variants() {
    let _right = Either::Right([pinned(), pinned()], Some(pinned()));
    let _left = Either::Left(0);
    let _result: Result<Pinned, ()> = Ok(pinned());
}

async fn moved_first() {
    let array = [pinned(), pinned()];
    let [first, _] = array;
    let _tuple = (first, pinned());
}

async fn closures() {
    let (a, b, c) = (pinned(), pinned(), pinned());
    let _closure = move || {
        let _both = (&a, &b);
    };
    let _async_closure = async move || {
        let _c = &c;
    };
}

async fn futures() {
    let (a, b) = (pinned(), pinned());
    let _unstarted = async move {
        let _both = (&a, &b);
    };
    let c = pinned();
    async move {
        let _local = pinned();
        let _c = &c;
    }
    .await;
    parameters(pinned(), (pinned(), pinned())).await;
}

async fn parameters(_: Pinned, (_a, _): (Pinned, Pinned)) {}

async fn suspended() {
    let mut future = std::pin::pin!(async {
        let _a = pinned();
        let _b = owner();
        forever().await;
    });
    let _ = poll_once(future.as_mut());
}

async fn assigned() {
    let mut value = pinned();
    value = pinned();
    let mut owner = owner();
    owner.value = pinned();
    for _ in 0..2 {
        owner.second = pinned();
    }
}

async fn temporaries() -> usize {
    let _extended = &pinned();
    let _ = pinned().visits.get();
    match pinned().visits.get() {
        visits => suspend().await,
    }
    *pinned().memory * 0
}

async fn generic<T>(value: T) {
    let _boxed_first = *Box::new(value);
}

/// Polls, visits what is linked, and gives the waiting memory of the stack to others.
fn step<F: Future>(future: Pin<&mut F>) -> bool {
    let ready = poll_once(future).is_ready();
    visit_all();
    ready
}

fn assert_all_dropped() {
    LINKED.with_borrow(|linked| assert!(linked.is_empty(), "linked, but gone"));
    assert_eq!(MADE.get(), COMPLETED.get() + FORCED.get());
}

fn check<F: Future>(future: impl Fn() -> F) {
    // Completed: each destructor is awaited.
    let mut polls = 0;
    let mut boxed = Box::pin(future());
    let forced = FORCED.get();
    while !step(boxed.as_mut()) {
        polls += 1;
        assert!(polls < 1_000, "the future does not complete");
    }
    drop(boxed);
    assert_all_dropped();
    assert_eq!(FORCED.get(), forced);
    assert!(polls >= 3);

    for cancel_at in 0..=polls {
        // Cancelled in a sync context.
        let mut boxed = Box::pin(future());
        for _ in 0..cancel_at {
            assert!(!step(boxed.as_mut()));
        }
        drop(boxed);
        assert_all_dropped();

        // Cancelled in an async body: each destructor is awaited.
        let forced = FORCED.get();
        let mut boxed = Box::pin(async {
            {
                let mut inner = std::pin::pin!(future());
                for _ in 0..cancel_at {
                    assert!(!step(inner.as_mut()));
                }
            }
            assert_all_dropped();
        });
        for _ in 0..1_000 {
            if step(boxed.as_mut()) {
                break;
            }
        }
        assert_all_dropped();
        assert_eq!(FORCED.get(), forced);
    }
}

fn main() {
    check(variables);
    check(elements);
    check(variants);
    check(moved_first);
    check(closures);
    check(futures);
    check(suspended);
    check(assigned);
    check(temporaries);
    check(|| generic(pinned()));
    check(|| generic((owner(), [pinned()])));
    check(|| {
        let value = pinned();
        generic(async move {
            let _value = &value;
        })
    });
    check(|| async {
        suspended().await;
        elements().await;
    });
}
