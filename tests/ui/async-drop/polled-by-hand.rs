//! R1: an `.await` polls a coroutine that nobody asks whether it is over. What an async body polls
//! by itself, or awaits by a reference, may be polled again and is dropped: it says that it is.
//@ revisions: o0 o3
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use support::*;

async fn inner(panics: bool) -> usize {
    let guard = g("inner");
    assert!(!panics, "inner panics");
    drop(guard);
    7
}

/// Whether polling it says that it is over.
fn says_that_it_is_over<F: Future>(future: Pin<&mut F>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    catch_unwind(AssertUnwindSafe(|| future.poll(&mut context).is_ready())).is_err()
}

/// `Future::poll` is called as `.await` calls it.
async fn polls() {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = inner(false);
    // SAFETY: it is not moved from here on.
    let pinned = unsafe { Pin::new_unchecked(&mut future) };
    assert!(Future::poll(pinned, &mut context).is_ready());
    // SAFETY: as above.
    assert!(says_that_it_is_over(unsafe { Pin::new_unchecked(&mut future) }));
}

async fn awaits_by_reference() {
    let mut future = pin!(inner(false));
    assert_eq!(future.as_mut().await, 7);
    assert!(says_that_it_is_over(future.as_mut()));
}

async fn awaits() -> usize {
    inner(false).await + async { inner(false).await }.await + (async || inner(false).await)().await
}

/// By value: such a coroutine has a body of its own.
async fn calls_once(function: impl AsyncFnOnce() -> usize) -> usize {
    function().await
}

async fn calls() -> usize {
    let held = g("held");
    calls_once(async move || {
        let _held = held;
        inner(false).await
    })
    .await
}

fn main() {
    block_on(polls());
    block_on(awaits_by_reference());
    assert_eq!(block_on(awaits()), 21);
    assert_eq!(block_on(calls()), 7);
    let panicked = catch_unwind(|| block_on(async { inner(true).await }));
    assert!(panicked.is_err());

    // Who awaits says that it is over itself, however it ended.
    let mut future = pin!(async { inner(false).await });
    assert!(!says_that_it_is_over(future.as_mut()));
    assert!(says_that_it_is_over(future.as_mut()));
    let mut future = pin!(async { inner(true).await });
    let panicked = catch_unwind(AssertUnwindSafe(|| block_on(future.as_mut())));
    assert!(panicked.is_err());
    assert!(says_that_it_is_over(future.as_mut()));
    assert_none_alive();
}
