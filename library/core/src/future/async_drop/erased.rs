//! Awaited drops of a value whose type the caller does not know.
//!
//! Whoever awaits such a drop has the value, and keeps one pointer beside it:
//!
//! ```text
//! let mut future = null;
//! while let Poll::Pending = erased(to_drop, &mut future, context) {
//!     // Suspend. Dropped here, synchronously: `erased(to_drop, &mut future, null)`.
//! }
//! ```
//!
//! `erased` is one function, so that a vtable has one entry for it. Called first, it makes the
//! future of the drop, polls it, and stores in `future` where that is to be found if it is pending.
//! When it is ready, or panics, there is nothing left of the future or of the value, and it is not
//! called again. Without a context it drops synchronously what a pending future has left.

use super::async_drop_in_place;
use crate::mem::{self, ManuallyDrop};
use crate::pin::Pin;
use crate::ptr::{self, Pointee};
use crate::task::{Context, Poll};

/// Drops a coroutine by await, as above. The vtables of `C` name this function. A coroutine knows
/// itself how much of it is left, so nothing is stored in `*future`.
///
/// # Safety
///
/// As for `async_drop_in_place`, `to_drop` points to a `C`, which is a coroutine, and `context` is
/// null or valid for the call.
#[lang = "async_drop_erased_coroutine"]
#[inline]
#[allow(dead_code)]
unsafe fn async_drop_erased_coroutine<C>(
    to_drop: *mut (),
    _future: *mut *mut (),
    context: *mut Context<'_>,
) -> Poll<()> {
    let to_drop = to_drop.cast::<C>();
    // SAFETY: the coroutine was given away. It drops what is left of it.
    unsafe {
        let Some(context) = context.as_mut() else {
            ptr::drop_in_place(to_drop);
            return Poll::Ready(());
        };
        // The future, which would drop the coroutine, is forgotten. It is not moved.
        let mut drop = ManuallyDrop::new(async_drop_in_place(to_drop));
        Pin::new_unchecked(&mut *drop).poll(context)
    }
}

/// Drops a `dyn Trait` by await, as above, with the function that its vtable names. If there is
/// none, the value is dropped at once.
///
/// # Safety
///
/// As for that function, and `T` is a `dyn Trait`.
#[lang = "async_drop_dyn"]
#[inline]
#[allow(dead_code)]
unsafe fn async_drop_dyn<T: ?Sized>(
    to_drop: *mut T,
    future: *mut *mut (),
    context: *mut Context<'_>,
) -> Poll<()> {
    let metadata = ptr::metadata(to_drop);
    const { assert!(size_of::<<T as Pointee>::Metadata>() == size_of::<*const ()>()) };
    // SAFETY: the metadata of a `dyn Trait` is the address of its vtable.
    let erased = unsafe {
        let vtable = mem::transmute_copy::<_, *const ()>(&metadata);
        crate::intrinsics::vtable_async_drop::<T>(vtable)
    };
    if erased.is_null() {
        // SAFETY: the value is the caller's to give away. It is the first call: this is ready.
        unsafe { ptr::drop_in_place(to_drop) };
        return Poll::Ready(());
    }
    // SAFETY: the vtable names a function of this type, for a value of this one.
    unsafe {
        let erased: unsafe fn(*mut (), *mut *mut (), *mut Context<'_>) -> Poll<()> =
            mem::transmute(erased);
        erased(to_drop.cast(), future, context)
    }
}
