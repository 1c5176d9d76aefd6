//! R16: a task lends a future that it holds to somebody else, and waits in a destructor until that
//! is done with it. Both lie at one address and unwind at the same time, each with its own panic.
//@ revisions: o0 o2 o3
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@[o0] compile-flags: -Copt-level=0
//@[o2] compile-flags: -Copt-level=2
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::cell::{Cell, RefCell};
use std::future::{AsyncDrop, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

thread_local! {
    static LENT: Cell<Option<*mut dyn Future<Output = ()>>> = const { Cell::new(None) };
    static IS_LENT: Cell<bool> = const { Cell::new(false) };
    static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn log(event: &'static str) {
    LOG.with_borrow_mut(|log| log.push(event));
}

async fn pause() {
    let mut is_resumed = false;
    poll_fn(|_| match std::mem::replace(&mut is_resumed, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await
}

struct Guard(&'static str, usize);

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        for _ in 0..self.1 {
            pause().await;
        }
        log(self.0);
    }
}

/// Waits until what was lent is given back.
struct Scope;

impl Drop for Scope {
    fn drop(&mut self) {
        assert!(!IS_LENT.get());
    }
}

impl AsyncDrop for Scope {
    async fn drop(self: Pin<&mut Self>) {
        while IS_LENT.get() {
            pause().await;
        }
        log("scope");
    }
}

async fn part() {
    let _first = Guard("first of the part", 1);
    let _second = Guard("second of the part", 3);
    pause().await;
    panic!("the part's");
}

async fn whole() {
    let mut part = pin!(part());
    // SAFETY: the scope waits until nobody uses it.
    LENT.set(Some(unsafe { part.as_mut().get_unchecked_mut() }));
    IS_LENT.set(true);
    let _guard = Guard("of the whole", 1);
    let _scope = Scope;
    pause().await;
    panic!("the whole's");
}

/// Whether `future` has ended. What it throws is logged.
fn poll<F: Future<Output = ()> + ?Sized>(future: Pin<&mut F>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    match catch_unwind(AssertUnwindSafe(|| future.poll(&mut context))) {
        Ok(polled) => polled.is_ready(),
        Err(payload) => {
            log(payload.downcast_ref::<&str>().unwrap());
            true
        }
    }
}

fn main() {
    let mut whole = Box::pin(whole());
    let mut has_ended = poll(whole.as_mut());
    let lent = LENT.take().unwrap();
    // Who polls the part comes to it second, so it suspends last.
    assert_eq!(lent.addr(), (&raw const *whole).addr());
    while !has_ended {
        has_ended = poll(whole.as_mut());
        // SAFETY: it is pinned, and lent until it has ended.
        if IS_LENT.get() && poll(unsafe { Pin::new_unchecked(&mut *lent) }) {
            IS_LENT.set(false);
        }
    }
    assert_eq!(
        LOG.take(),
        [
            "second of the part",
            "first of the part",
            "the part's",
            "scope",
            "of the whole",
            "the whole's",
        ],
    );
}
