//! The async drop glue of an `Arc`: the last one drops the value by await, and frees it then.

use core::future::AsyncDropContents;
use core::hint;
use core::mem::DropGuard;
use core::ptr::{self, NonNull};
use core::sync::atomic;
use core::sync::atomic::Ordering::{Acquire, Release};

use super::{Arc, Weak, is_dangling};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T: ?Sized, A: Allocator> AsyncDropContents for Arc<T, A> {
    type Contents = T;

    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> bool {
        // SAFETY: the pointer is the caller's to give away. This does what `Drop` does, and what is
        // said there of the order of memory holds here.
        unsafe {
            if (*to_drop).inner().strong.fetch_sub(1, Release) == 1 {
                acquire!((*to_drop).inner().strong);
                return true;
            }
            ptr::drop_in_place(&raw mut (*to_drop).alloc);
            false
        }
    }

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<T> {
        // SAFETY: what the pointer points to is there until `drop_emptied` frees it.
        unsafe { NonNull::new_unchecked(&raw mut (*(*to_drop).ptr.as_ptr()).data) }
    }

    #[inline]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the value is gone, and with it what the strong pointers held together.
        unsafe {
            let _alloc = DropGuard::new(&raw mut (*to_drop).alloc, |alloc| alloc.drop_in_place());
            hint::assert_unchecked(!is_dangling((*to_drop).ptr.as_ptr()));
            drop(Weak { ptr: (*to_drop).ptr, alloc: &(*to_drop).alloc });
        }
    }
}
