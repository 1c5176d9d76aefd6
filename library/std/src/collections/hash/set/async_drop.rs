//! The async drop glue of a hash set, of its iterator and of its drain.
//!
//! Each element is moved out and dropped by await. If that ends early, its owner drops the rest.

use core::future::AsyncDropGlue;
use core::mem::DropGuard;
use core::ptr;

use super::{Drain, HashSet, IntoIter};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, S, A: Allocator> AsyncDropGlue for HashSet<T, S, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the set is the caller's to give away.
        let mut set = DropGuard::new(to_drop, |set| unsafe { ptr::drop_in_place(set) });
        async move {
            // SAFETY: the set is valid until the guard drops it, empty by then.
            let mut entries = unsafe { (**set).base.drain() };
            while let Some(_entry) = entries.next() {}
        }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for IntoIter<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iter is the caller's to give away.
        let mut iter = DropGuard::new(to_drop, |iter| unsafe { ptr::drop_in_place(iter) });
        async move {
            // SAFETY: the iter is valid until the guard drops it, empty by then.
            while let Some(_entry) = unsafe { (**iter).base.next() } {}
        }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> AsyncDropGlue for Drain<'a, T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the drain is the caller's to give away.
        let mut drain = DropGuard::new(to_drop, |drain| unsafe { ptr::drop_in_place(drain) });
        async move {
            // SAFETY: the drain is valid until the guard drops it, empty by then.
            while let Some(_entry) = unsafe { (**drain).base.next() } {}
        }
    }
}
