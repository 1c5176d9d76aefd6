//! What async drop needs a heap for.

use core::future::async_drop_in_place;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::boxed::Box;

/// Drops a value by await, for a caller who does not know its type, or whose future cannot contain
/// the value's (`core::future::async_drop::erased` says how). The vtables of `T` name this
/// function. The future is on the heap while it is pending.
///
/// # Safety
///
/// As for `async_drop_in_place`. `to_drop` points to a `T`, and `*future` is null, or what the last
/// call for this value has stored there. `context` is null or valid for the call.
#[lang = "async_drop_erased"]
#[inline]
unsafe fn async_drop_erased<T>(
    to_drop: *mut (),
    future: *mut *mut (),
    context: *mut Context<'_>,
) -> Poll<()> {
    // SAFETY: `to_drop` is the caller's to give away, and outlives the future.
    unsafe { poll_on_heap(future, context, || async_drop_in_place(to_drop.cast::<T>())) }
}

/// # Safety
///
/// As above. What the future borrows is alive until it is dropped.
#[inline]
unsafe fn poll_on_heap<F: Future<Output = ()>>(
    future: *mut *mut (),
    context: *mut Context<'_>,
    begin: impl FnOnce() -> F,
) -> Poll<()> {
    // SAFETY: what is not null is a future from below. Whoever drops it has it alone.
    unsafe {
        let pending = |future: *mut ()| Box::into_pin(Box::from_raw(future.cast::<F>()));
        let Some(context) = context.as_mut() else {
            drop(pending(*future));
            return Poll::Ready(());
        };
        let mut pinned = if (*future).is_null() { Box::pin(begin()) } else { pending(*future) };
        // It is dropped here, also if it panics, unless it is pending.
        let poll = pinned.as_mut().poll(context);
        if poll.is_pending() {
            *future = Box::into_raw(Pin::into_inner_unchecked(pinned)).cast();
        }
        poll
    }
}
