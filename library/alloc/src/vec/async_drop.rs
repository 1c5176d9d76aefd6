//! The async drop glue of a vector, of its iterator and of its drain.
//!
//! When the elements have been dropped, their owner forgets them. What it is left with is dropped
//! as ever: it frees the buffer, or moves the tail back.

use core::future::AsyncDropContents;
use core::mem::SizedTypeProperties;
use core::ptr::{self, NonNull};

use super::{Drain, IntoIter, Vec};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropContents for Vec<T, A> {
    type Contents = [T];

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[T]> {
        // SAFETY: the vector is the caller's to give away.
        unsafe { NonNull::slice_from_raw_parts((*to_drop).buf.non_null(), (*to_drop).len) }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: nothing is in the buffer any more.
        unsafe { ptr::drop_in_place(&raw mut (*to_drop).buf) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropContents for IntoIter<T, A> {
    type Contents = [T];

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[T]> {
        // SAFETY: the iterator is the caller's to give away.
        unsafe { NonNull::from((*to_drop).as_mut_slice()) }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: an iterator without elements does not touch its buffer until it frees it.
        unsafe {
            (*to_drop).forget_remaining_elements();
            ptr::drop_in_place(to_drop);
        }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> AsyncDropContents for Drain<'a, T, A> {
    type Contents = [T];

    unsafe fn contents(to_drop: *mut Self) -> NonNull<[T]> {
        // SAFETY: the drain is the caller's to give away. The elements belong to it, and it borrows
        // the vector.
        unsafe {
            let iter = &(*to_drop).iter;
            // The address in `iter` is good for reads alone, and if nothing is left, it may be in
            // another vector. Values of a zero-sized type have no position.
            let buffer = (*(*to_drop).vec.as_ptr()).buf.non_null();
            let begin = if T::IS_ZST || iter.len() == 0 {
                0
            } else {
                iter.as_slice().as_ptr().offset_from_unsigned(buffer.as_ptr())
            };
            NonNull::slice_from_raw_parts(buffer.add(begin), iter.len())
        }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: a drain without elements does not touch the place where they were until it moves
        // the tail there.
        unsafe {
            (*to_drop).iter = Default::default();
            ptr::drop_in_place(to_drop);
        }
    }
}
