//! The async drop glue of a deque and of its drain.
//!
//! Each contiguous half is taken away from its owner and dropped by await. What the owner is left
//! with is dropped as ever: it frees the buffer, or closes the gap.

use core::future::{AsyncDropGlue, async_drop_in_place};
use core::mem::DropGuard;
use core::ptr;

use super::{Drain, VecDeque};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for VecDeque<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the deque is the caller's to give away.
        let mut deque = DropGuard::new(to_drop, |deque| unsafe { ptr::drop_in_place(deque) });
        async move {
            // SAFETY: the deque does not touch elements that it does not count.
            unsafe {
                let deque = &mut **deque;
                while deque.len > 0 {
                    let half = &raw mut *deque.as_mut_slices().0;
                    deque.head = deque.to_physical_idx(half.len());
                    deque.len -= half.len();
                    async_drop_in_place(half).await;
                }
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
            // SAFETY: the drain does not touch elements that it does not count.
            unsafe {
                let drain = &mut **drain;
                while drain.remaining > 0 {
                    let half = drain.as_slices().0;
                    drain.idx += half.len();
                    drain.remaining -= half.len();
                    async_drop_in_place(half).await;
                }
            }
        }
    }
}
