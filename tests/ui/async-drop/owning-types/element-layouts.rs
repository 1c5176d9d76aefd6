//! R7, R8: elements of no size, elements with a large alignment, and elements that borrow from
//! themselves are awaited where they are, as many as there are, at every opt-level.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "../auxiliary/support.rs"]
mod support;
use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, BinaryHeap, HashMap, LinkedList, VecDeque};
use std::future::AsyncDrop;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use support::*;

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
    static BEGUN: Cell<usize> = const { Cell::new(0) };
    static ENDED: Cell<usize> = const { Cell::new(0) };
    static SYNC: Cell<usize> = const { Cell::new(0) };
}

fn count(counter: &'static std::thread::LocalKey<Cell<usize>>) {
    counter.set(counter.get() + 1);
}

trait Element: 'static {
    fn new() -> Self;
    /// Checks where the value is.
    fn check(&mut self);
}

macro_rules! element {
    ($($name:ident)*) => {$(
        impl Drop for $name {
            fn drop(&mut self) {
                self.check();
                count(&SYNC);
            }
        }

        impl AsyncDrop for $name {
            async fn drop(mut self: Pin<&mut Self>) {
                // SAFETY: nothing moves it.
                unsafe { self.as_mut().get_unchecked_mut() }.check();
                count(&BEGUN);
                suspend().await;
                // SAFETY: as above.
                unsafe { self.get_unchecked_mut() }.check();
                count(&ENDED);
            }
        }
    )*};
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Empty;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(64))]
struct Aligned(u8);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(128))]
struct AlignedEmpty;

/// Larger than what a compiler likes to copy.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Large([u64; 100]);

/// Knows where it is from the first call of `check` on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pinned(Option<*const Pinned>, Box<u8>, PhantomPinned);

element!(Empty Aligned AlignedEmpty Large Pinned);

impl Element for Empty {
    fn new() -> Empty {
        Empty
    }

    fn check(&mut self) {}
}

impl Element for Aligned {
    fn new() -> Aligned {
        Aligned(7)
    }

    fn check(&mut self) {
        assert_eq!((&raw const *self).addr() % 64, 0);
        assert_eq!(self.0, 7);
    }
}

impl Element for AlignedEmpty {
    fn new() -> AlignedEmpty {
        AlignedEmpty
    }

    fn check(&mut self) {
        assert_eq!((&raw const *self).addr() % 128, 0);
    }
}

impl Element for Large {
    fn new() -> Large {
        Large(std::array::from_fn(|index| index as u64))
    }

    fn check(&mut self) {
        assert!(self.0.iter().copied().eq(0..100));
    }
}

impl Element for Pinned {
    fn new() -> Pinned {
        Pinned(None, Box::new(7), PhantomPinned)
    }

    fn check(&mut self) {
        let address = &raw const *self;
        assert_eq!(*self.0.get_or_insert(address), address);
        assert_eq!(*self.1, 7);
    }
}

/// Short for a new element.
fn new<E: Element>() -> E {
    count(&MADE);
    E::new()
}

fn elements<E: Element>(count: usize) -> impl Iterator<Item = E> {
    (0..count).map(|_| new())
}

async fn hold<T>(value: impl Fn() -> T) {
    let _value = value();
}

#[track_caller]
fn assert_counts(begun: usize, ended: usize, sync: usize) {
    let counts = (BEGUN.take(), ENDED.take(), SYNC.take());
    assert_eq!(counts, (begun, ended, sync), "begun, ended, sync");
    assert_eq!(MADE.take(), ended + sync);
}

/// Awaits `count` elements, and cancels that halfway in both contexts.
#[track_caller]
fn check<T>(count: usize, make: impl Fn() -> T) {
    block_on(hold(&make));
    assert_counts(count, count, 0);
    drop(make());
    assert_counts(0, 0, count);
    for polls in 0..=count {
        let begun = polls;
        let mut future = Box::pin(hold(&make));
        for _ in 0..polls {
            assert!(poll_once(future.as_mut()).is_pending());
        }
        drop(future);
        let ended = begun.saturating_sub(1);
        assert_counts(begun, ended, if polls == 0 { 0 } else { count - ended });

        block_on(async {
            let mut future = Box::pin(hold(&make));
            for _ in 0..polls {
                assert!(poll_once(future.as_mut()).is_pending());
            }
        });
        let count = if polls == 0 { 0 } else { count };
        assert_counts(count, count, 0);
    }
}

fn check_owners<E: Element + Ord>() {
    check(1, || new::<E>());
    check(3, || [new::<E>(), new(), new()]);
    check(3, || [new::<E>(), new(), new()].into_iter());
    check(2, || (1_u8, new::<E>(), Some(new::<E>())));
    check(1, || Box::new(new::<E>()));
    check(1, || Box::new(new::<E>()) as Box<dyn Any>);
    check(2, || Box::new((1_u8, new::<E>(), 2_u8, new::<E>())) as Box<dyn Any>);
    check(5, || elements::<E>(5).collect::<Vec<_>>());
    check(5, || elements::<E>(5).collect::<Box<[_]>>());
    check(3, || {
        let mut iterator = elements::<E>(5).collect::<Vec<_>>().into_iter();
        iterator.by_ref().take(2).for_each(drop);
        MADE.set(MADE.get() - 2);
        SYNC.set(SYNC.get() - 2);
        iterator
    });
    check(5, || elements::<E>(5).collect::<VecDeque<_>>());
    check(6, || {
        let mut deque = elements::<E>(5).collect::<VecDeque<_>>();
        deque.rotate_left(2);
        deque.push_front(new());
        deque.into_iter()
    });
    check(5, || elements::<E>(5).collect::<LinkedList<_>>());
    check(5, || elements::<E>(5).collect::<BinaryHeap<_>>());
    check(14, || elements::<E>(14).enumerate().collect::<BTreeMap<_, _>>());
    check(5, || elements::<E>(5).enumerate().collect::<HashMap<_, _>>());
    check(1, || Rc::new(new::<E>()));
    check(3, || Rc::<[E]>::from([new(), new(), new()]));
    check(1, || Arc::new(new::<E>()) as Arc<dyn Any>);
    check(2, || Rc::new((1_u8, [new::<E>(), new::<E>()])) as Rc<dyn Any>);
    check(3, || {
        vec![Box::new(new::<E>()) as Box<dyn Any>, Box::new(1), Box::new([new(), new::<E>()])]
    });
    block_on(async {
        let mut vec = elements::<E>(5).collect::<Vec<_>>();
        vec.drain(1..3);
        assert_eq!(vec.len(), 3);
        assert_eq!((ENDED.get(), SYNC.get()), (2, 0));
    });
    assert_counts(5, 5, 0);
}

/// A future of a large alignment that is behind a `dyn` when it is cancelled.
fn aligned_future() {
    async fn future() {
        let mut local = new::<Aligned>();
        suspend().await;
        local.check();
    }
    check(1, future_after_poll);
    fn future_after_poll() -> Pin<Box<dyn Future<Output = ()>>> {
        let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future());
        assert!(poll_once(future.as_mut()).is_pending());
        future
    }
}

fn main() {
    check_owners::<Empty>();
    check_owners::<Aligned>();
    check_owners::<AlignedEmpty>();
    check_owners::<Large>();
    check_owners::<Pinned>();
    aligned_future();
}
