//! The async drop glue of a linked list.
//!
//! Each node is taken out of the list and dropped by await. If that ends early, the list drops the
//! rest.

use core::future::AsyncDropGlue;
use core::mem::DropGuard;
use core::ptr;

use super::LinkedList;
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, A: Allocator> AsyncDropGlue for LinkedList<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the list is the caller's to give away.
        let mut list = DropGuard::new(to_drop, |list| unsafe { ptr::drop_in_place(list) });
        async move {
            // SAFETY: the list is valid until the guard drops it, without its nodes.
            while let Some(_node) = unsafe { (**list).pop_front_node() } {}
        }
    }
}
