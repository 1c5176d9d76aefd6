//! The async drop glue of a vector, of its iterator and of its drain.
//!
//! The elements are taken away from their owner and dropped by await. What the owner is left with
//! is dropped as ever: it frees the buffer, or moves the tail back.

use core::future::{AsyncDropGlue, async_drop_in_place};
use core::mem::{self, DropGuard, SizedTypeProperties};
use core::ptr;

use super::{Drain, IntoIter, Vec};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for Vec<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the vector is the caller's to give away.
        let mut vec = DropGuard::new(to_drop, |vec| unsafe { ptr::drop_in_place(vec) });
        async move {
            // SAFETY: an empty vector does not touch its buffer until it frees it.
            unsafe {
                let vec = &mut **vec;
                let len = mem::take(&mut vec.len);
                async_drop_in_place(ptr::slice_from_raw_parts_mut(vec.as_mut_ptr(), len)).await;
            }
        }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for IntoIter<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away.
        let mut iter = DropGuard::new(to_drop, |iter| unsafe { ptr::drop_in_place(iter) });
        async move {
            // SAFETY: an iterator without elements does not touch its buffer until it frees it.
            unsafe {
                let iter = &mut **iter;
                let elements = &raw mut *iter.as_mut_slice();
                iter.forget_remaining_elements();
                async_drop_in_place(elements).await;
            }
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
            // SAFETY: the elements belong to the drain, which borrows the vector. A drain without
            // elements does not touch the place where they were until it moves the tail there.
            unsafe {
                let drain = &mut **drain;
                let iter = mem::take(&mut drain.iter);
                // The address in `iter` is good for reads alone, and if nothing is left, it may be
                // in another vector. Values of a zero-sized type have no position.
                let vec = (*drain.vec.as_ptr()).as_mut_ptr();
                let begin = if T::IS_ZST || iter.len() == 0 {
                    0
                } else {
                    iter.as_slice().as_ptr().offset_from_unsigned(vec)
                };
                let elements = ptr::slice_from_raw_parts_mut(vec.add(begin), iter.len());
                async_drop_in_place(elements).await;
            }
        }
    }
}
