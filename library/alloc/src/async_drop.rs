//! What async drop needs a heap for.

use core::future::{ErasedAsyncDrop, async_drop_in_place};

use crate::boxed::Box;

/// Makes the future that drops a value by await, and hides its type.
///
/// The vtables of `T` name this function. The future is put on the heap, unless it is no larger
/// than a pointer.
///
/// # Safety
///
/// As for `async_drop_in_place`, and `to_drop` points to a `T`.
#[lang = "async_drop_erased"]
#[inline]
unsafe fn async_drop_erased<T>(to_drop: *mut ()) -> ErasedAsyncDrop {
    // SAFETY: `to_drop` is the caller's to give away, and outlives the future.
    unsafe { erase(async_drop_in_place(to_drop.cast::<T>())) }
}

/// # Safety
///
/// What the future borrows is alive until the erased one is dropped.
#[inline]
unsafe fn erase<F: Future<Output = ()>>(future: F) -> ErasedAsyncDrop {
    // SAFETY: as above.
    unsafe {
        if const { ErasedAsyncDrop::has_room_for::<F>() } {
            ErasedAsyncDrop::new(future)
        } else {
            ErasedAsyncDrop::new(Box::pin(future))
        }
    }
}
