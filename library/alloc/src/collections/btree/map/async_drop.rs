//! The async drop glue of a B-tree and of its iterator.
//!
//! Each entry is moved out of the tree and dropped by await. If that ends early, the iterator drops
//! the rest.

use core::future::{AsyncDropGlue, async_drop};
use core::mem::DropGuard;
use core::ptr;

use super::{BTreeMap, IntoIter};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator + Clone> AsyncDropGlue for BTreeMap<K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the tree is the caller's to give away.
        async_drop(unsafe { ptr::read(to_drop) }.into_iter())
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator + Clone> AsyncDropGlue for IntoIter<K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away.
        let mut iter = DropGuard::new(to_drop, |iter| unsafe { ptr::drop_in_place(iter) });
        async move {
            // SAFETY: the iterator is valid until the guard drops it, without its entries.
            while let Some(_entry) = unsafe { (**iter).next() } {}
        }
    }
}
