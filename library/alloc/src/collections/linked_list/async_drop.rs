//! The async drop glue of a linked list.
//!
//! The elements are dropped by await, each in its node, which is freed then. If that ends early,
//! the list drops the rest.

use core::future::AsyncDropContents;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::{LinkedList, Node};
use crate::alloc::Allocator;
use crate::boxed::Box;
use crate::collections::async_drop::{DropsInTurn, Next};

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropContents for LinkedList<T, A> {
    type Contents = [Next<Self>];

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[Next<Self>]> {
        // SAFETY: the list is the caller's to give away.
        unsafe { Next::repeat(to_drop, (*to_drop).len) }
    }

    // Once for all the ways out of the loop.
    #[inline(never)]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the list has forgotten what was dropped.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> DropsInTurn for LinkedList<T, A> {
    type Item = T;

    #[inline]
    unsafe fn next(this: *mut Self) -> NonNull<T> {
        // SAFETY: the list is not empty.
        unsafe {
            let head = (*this).head.unwrap_unchecked().as_ptr();
            NonNull::new_unchecked(&raw mut (*head).element)
        }
    }

    unsafe fn forget_next(this: *mut Self) {
        // SAFETY: the list is not empty.
        let node = unsafe { (*this).pop_front_node().unwrap_unchecked() };
        let (node, alloc) = Box::into_raw_with_allocator(node);
        // SAFETY: the node was in that box. Its element does not count any more.
        drop(unsafe { Box::from_raw_in(node.cast::<ManuallyDrop<Node<T>>>(), alloc) });
    }
}
