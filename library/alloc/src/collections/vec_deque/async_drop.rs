//! The async drop glue of a deque and of its drain.
//!
//! Each contiguous half is dropped by await, and forgotten then. What the owner is left with is
//! dropped as ever: it frees the buffer, or closes the gap.

use core::future::AsyncDropContents;
use core::ptr::{self, NonNull};

use super::{Drain, VecDeque};
use crate::alloc::Allocator;
use crate::collections::async_drop::{DropsInTurn, Next};

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropContents for VecDeque<T, A> {
    type Contents = [Next<Self>];

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[Next<Self>]> {
        // SAFETY: the deque is the caller's to give away.
        unsafe {
            let deque = &*to_drop;
            let (front, back) = deque.slice_ranges(.., deque.len);
            Next::repeat(to_drop, count_filled(front.len(), back.len()))
        }
    }

    // Once for all the ways out of the loop.
    #[inline(never)]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the deque does not touch elements that it does not count.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> DropsInTurn for VecDeque<T, A> {
    type Item = [T];

    #[inline]
    unsafe fn next(this: *mut Self) -> NonNull<[T]> {
        // SAFETY: the deque is valid. Its elements may be in use by their destructors.
        unsafe {
            let deque = &*this;
            let (half, _) = deque.slice_ranges(.., deque.len);
            NonNull::new_unchecked(deque.buffer_range(half))
        }
    }

    #[inline]
    unsafe fn forget_next(this: *mut Self) {
        // SAFETY: nobody else uses the deque.
        let deque = unsafe { &mut *this };
        let (half, _) = deque.slice_ranges(.., deque.len);
        deque.head = deque.to_physical_idx(half.len());
        deque.len -= half.len();
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> AsyncDropContents for Drain<'a, T, A> {
    type Contents = [Next<Self>];

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[Next<Self>]> {
        // SAFETY: the drain is the caller's to give away.
        unsafe {
            let (front, back) = (*to_drop).as_slices();
            Next::repeat(to_drop, count_filled(front.len(), back.len()))
        }
    }

    // Once for all the ways out of the loop.
    #[inline(never)]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the drain does not touch elements that it does not count.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<'a, T, A: Allocator> DropsInTurn for Drain<'a, T, A> {
    type Item = [T];

    #[inline]
    unsafe fn next(this: *mut Self) -> NonNull<[T]> {
        // SAFETY: the drain is valid.
        unsafe { NonNull::new_unchecked((*this).as_slices().0) }
    }

    #[inline]
    unsafe fn forget_next(this: *mut Self) {
        // SAFETY: nobody else uses the drain.
        let drain = unsafe { &mut *this };
        // SAFETY: it has not given away any element yet that it counts.
        let half = unsafe { drain.as_slices() }.0.len();
        drain.idx += half;
        drain.remaining -= half;
    }
}

/// How many of the two halves have elements.
fn count_filled(front: usize, back: usize) -> usize {
    usize::from(front > 0) + usize::from(back > 0)
}
