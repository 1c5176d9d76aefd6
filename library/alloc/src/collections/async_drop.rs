//! How a collection drops by await what it can reach only one after another.
//!
//! A loop in an async block of this crate would not go on after a panic: it awaits nothing while it
//! unwinds, since `alloc` knows nothing of panics. A slice is dropped by a loop that the compiler
//! makes where the slice is dropped, and that one does. So the contents of such a collection are a
//! slice, of as many [`Next`] as there are values to drop:
//!
//! ```text
//! for next in contents {             // at the collection's address each time
//!     C::next(collection)  .await;   // the value, by await; whichever way this ends,
//!     C::forget_next(collection);    // this follows
//! }
//! ```
//!
//! Dropped synchronously, a `Next` does nothing. What is left is dropped by the collection then, in
//! its `AsyncDropContents::drop_emptied`.

use core::future::AsyncDropContents;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// A collection that drops one value after another, and knows which is the next.
///
/// # Safety
///
/// Where a value is left, [`next`] returns it, the same each time, without a panic and without a
/// change. Where it was dropped, [`forget_next`] makes the collection forget it, and what comes
/// behind it is the next one.
///
/// [`next`]: DropsInTurn::next
/// [`forget_next`]: DropsInTurn::forget_next
#[unstable(feature = "async_drop", issue = "126482")]
pub unsafe trait DropsInTurn {
    /// What is dropped in one piece.
    type Item: ?Sized;

    /// Where the next value is.
    ///
    /// # Safety
    ///
    /// `this` is valid, and has a next value.
    unsafe fn next(this: *mut Self) -> NonNull<Self::Item>;

    /// Forgets that value, which has been dropped, and frees the place where it was.
    ///
    /// # Safety
    ///
    /// As for `next`; the value is used no more.
    unsafe fn forget_next(this: *mut Self);
}

/// Stands for what is next in the collection that is at this address.
#[derive(Debug)]
#[unstable(feature = "async_drop", issue = "126482")]
pub struct Next<C: DropsInTurn>(PhantomData<C>);

impl<C: DropsInTurn> Next<C> {
    /// Stands for the next `count` values.
    ///
    /// # Safety
    ///
    /// `collection` is valid.
    #[inline]
    pub(crate) unsafe fn repeat(collection: *mut C, count: usize) -> NonNull<[Self]> {
        // SAFETY: a valid pointer is not null.
        let next = unsafe { NonNull::new_unchecked(collection.cast()) };
        NonNull::slice_from_raw_parts(next, count)
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
impl<C: DropsInTurn> Drop for Next<C> {
    #[inline]
    fn drop(&mut self) {}
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<C: DropsInTurn> AsyncDropContents for Next<C> {
    type Contents = C::Item;

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<C::Item> {
        // SAFETY: the collection is there, and what is to be dropped is left in it.
        unsafe { C::next(to_drop.cast()) }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the same, and it has been dropped.
        unsafe { C::forget_next(to_drop.cast()) }
    }
}
