//! The async drop glue of a hash set, of its iterator and of its drain.
//!
//! Each element is moved out and dropped by await. If that ends early, its owner drops the rest.

use core::future::AsyncDropGlue;
use core::ptr;

use super::super::async_drop::drop_elements;
use super::{Drain, HashSet, IntoIter};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, S, A: Allocator> AsyncDropGlue for HashSet<T, S, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the set is the caller's to give away.
        drop_elements(unsafe { ptr::read(to_drop) }.into_iter().base)
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for IntoIter<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away.
        drop_elements(unsafe { ptr::read(to_drop) }.base)
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> AsyncDropGlue for Drain<'a, T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the drain is the caller's to give away.
        drop_elements(unsafe { ptr::read(to_drop) }.base)
    }
}
