//! The async drop glue of a hash map, of its iterator and of its drain.
//!
//! Each entry is moved out and dropped by await. If that ends early, its owner drops the rest.

use core::future::AsyncDropGlue;
use core::mem::DropGuard;
use core::ptr;

use super::{Drain, HashMap, IntoIter};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, S, A: Allocator> AsyncDropGlue for HashMap<K, V, S, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the map is the caller's to give away.
        let mut map = DropGuard::new(to_drop, |map| unsafe { ptr::drop_in_place(map) });
        async move {
            // SAFETY: the map is valid until the guard drops it, empty by then.
            let mut entries = unsafe { (**map).base.drain() };
            while let Some(_entry) = entries.next() {}
        }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator> AsyncDropGlue for IntoIter<K, V, A> {
    type Owned = (K, V);

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
unsafe impl<'a, K, V, A: Allocator> AsyncDropGlue for Drain<'a, K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the drain is the caller's to give away.
        let mut drain = DropGuard::new(to_drop, |drain| unsafe { ptr::drop_in_place(drain) });
        async move {
            // SAFETY: the drain is valid until the guard drops it, empty by then.
            while let Some(_entry) = unsafe { (**drain).base.next() } {}
        }
    }
}
