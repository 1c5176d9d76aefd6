//! The async drop glue of a hash map, of its iterator and of its drain.
//!
//! Each entry is moved out and dropped by await. If that ends early, its owner drops the rest.

use core::future::AsyncDropGlue;
use core::ptr;

use super::super::async_drop::drop_entries;
use super::{Drain, HashMap, IntoIter};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, S, A: Allocator> AsyncDropGlue for HashMap<K, V, S, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the map is the caller's to give away.
        drop_entries(unsafe { ptr::read(to_drop) }.into_iter().base)
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator> AsyncDropGlue for IntoIter<K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away.
        drop_entries(unsafe { ptr::read(to_drop) }.base)
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, K, V, A: Allocator> AsyncDropGlue for Drain<'a, K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the drain is the caller's to give away.
        drop_entries(unsafe { ptr::read(to_drop) }.base)
    }
}
