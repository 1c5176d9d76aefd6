//! The async drop glue of a type that owns what is in one place.

use crate::ptr::NonNull;

/// The async drop glue of a type that owns one value, or one slice of values, in a place that the
/// compiler cannot see: behind a raw pointer, or in a union.
///
/// A collection frees its buffer in its `Drop`, and drops its elements there by hand. It cannot
/// implement [`AsyncDrop`] for that: a `Vec<u8>` would need async drop then. What it implements
/// instead is this trait, which says where its elements are. They are dropped by await where the
/// collection is, by the async body itself: no future of the collection's own comes between.
///
/// A type that implements this trait needs async drop if and only if its [`Contents`] do. Where it
/// is dropped by await, that is
///
/// ```text
/// if Self::release_contents(to_drop) {
///     async_drop_in_place(Self::contents(to_drop)).await; // whichever way this ends,
///     Self::drop_emptied(to_drop);                        // this follows
/// }
/// ```
///
/// A type that owns several things, or moves them before it drops them, implements
/// [`AsyncDropGlue`] in place of this trait.
///
/// # Safety
///
/// The methods, with the drop of the contents between them, do what the type's drop glue does,
/// in the same order. [`contents`] changes nothing, does not panic, and returns the same each time.
///
/// The implementation is as general as the type: lifetimes do not decide whether it is used. The
/// type does not implement [`AsyncDrop`], which would come first, nor [`AsyncDropGlue`], for which
/// this trait would come first.
///
/// [`Contents`]: AsyncDropContents::Contents
/// [`contents`]: AsyncDropContents::contents
/// [`AsyncDrop`]: super::AsyncDrop
/// [`AsyncDropGlue`]: super::AsyncDropGlue
///
/// # Examples
///
/// ```
/// #![feature(async_drop)]
/// # #![allow(incomplete_features)]
/// use std::future::AsyncDropContents;
/// use std::mem::{ManuallyDrop, needs_async_drop};
/// use std::ptr::NonNull;
///
/// struct Slot<T>(ManuallyDrop<T>);
///
/// impl<T> Drop for Slot<T> {
///     fn drop(&mut self) {
///         unsafe { ManuallyDrop::drop(&mut self.0) }
///     }
/// }
///
/// // SAFETY: the slot owns nothing but the value.
/// unsafe impl<T> AsyncDropContents for Slot<T> {
///     type Contents = T;
///
///     unsafe fn contents(to_drop: *mut Self) -> NonNull<T> {
///         unsafe { NonNull::new_unchecked(to_drop.cast()) }
///     }
///
///     unsafe fn drop_emptied(_: *mut Self) {}
/// }
///
/// assert!(!needs_async_drop::<Slot<String>>());
/// ```
#[unstable(feature = "async_drop", issue = "126482")]
#[lang = "async_drop_contents"]
pub unsafe trait AsyncDropContents {
    /// What is in the place that a value of this type owns.
    type Contents: ?Sized;

    /// Gives the contents away: the caller drops them, and calls [`drop_emptied`] then. They are
    /// not moved until both is done.
    ///
    /// `false` says that there is nothing to await, and that the whole value has been dropped. The
    /// provided implementation does nothing, and says `true`: the contents are the owner's alone.
    ///
    /// # Safety
    ///
    /// `to_drop` is valid for reads and writes, and properly aligned; the value behind it may be
    /// dropped, is not moved, and is used for nothing else from now on.
    ///
    /// [`drop_emptied`]: AsyncDropContents::drop_emptied
    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> bool {
        let _ = to_drop;
        true
    }

    /// Where the contents are. This is asked at least once, and again after each suspension: a
    /// future that awaits the drop of the contents need not store their address.
    ///
    /// # Safety
    ///
    /// `to_drop` is what [`release_contents`] was called with and returned `true` for.
    /// [`drop_emptied`] has not been called.
    ///
    /// [`release_contents`]: AsyncDropContents::release_contents
    /// [`drop_emptied`]: AsyncDropContents::drop_emptied
    unsafe fn contents(to_drop: *mut Self) -> NonNull<Self::Contents>;

    /// Drops what is left of a value whose contents were dropped: frees the place they were in.
    ///
    /// # Safety
    ///
    /// `to_drop` is what [`release_contents`] was called with and returned `true` for. The contents
    /// have been dropped, or are lost: a panic ended their drop.
    ///
    /// [`release_contents`]: AsyncDropContents::release_contents
    unsafe fn drop_emptied(to_drop: *mut Self);
}
