//! The async drop glue of a vector, of its iterator and of its drain.
//!
//! The elements are taken away from their owner. What it is left with is dropped as ever: it frees
//! the buffer, or moves the tail back.

use core::future::AsyncDropContents;
use core::mem::{self, SizedTypeProperties};
use core::ptr::{self, NonNull};

use super::{Drain, IntoIter, Vec};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropContents for Vec<T, A> {
    type Contents = [T];

    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> Option<NonNull<[T]>> {
        // SAFETY: the vector is the caller's to give away.
        unsafe {
            let len = mem::take(&mut (*to_drop).len);
            Some(NonNull::slice_from_raw_parts((*to_drop).buf.non_null(), len))
        }
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
    unsafe fn release_contents(to_drop: *mut Self) -> Option<NonNull<[T]>> {
        // SAFETY: the iterator is the caller's to give away.
        unsafe {
            let elements = NonNull::from((*to_drop).as_mut_slice());
            (*to_drop).forget_remaining_elements();
            Some(elements)
        }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: an iterator without elements does not touch its buffer until it frees it.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> AsyncDropContents for Drain<'a, T, A> {
    type Contents = [T];

    unsafe fn release_contents(to_drop: *mut Self) -> Option<NonNull<[T]>> {
        // SAFETY: the drain is the caller's to give away. The elements belong to it, and it borrows
        // the vector.
        unsafe {
            let iter = mem::take(&mut (*to_drop).iter);
            // The address in `iter` is good for reads alone, and if nothing is left, it may be in
            // another vector. Values of a zero-sized type have no position.
            let buffer = (*(*to_drop).vec.as_ptr()).buf.non_null();
            let begin = if T::IS_ZST || iter.len() == 0 {
                0
            } else {
                iter.as_slice().as_ptr().offset_from_unsigned(buffer.as_ptr())
            };
            Some(NonNull::slice_from_raw_parts(buffer.add(begin), iter.len()))
        }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: a drain without elements does not touch the place where they were until it moves
        // the tail there.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}
