//! The async drop glue of a `OnceLock`.

use core::future::AsyncDropContents;
use core::mem;
use core::ptr::NonNull;

use super::OnceLock;
use crate::sync::Once;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T> AsyncDropContents for OnceLock<T> {
    type Contents = T;

    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> bool {
        const { assert!(!mem::needs_drop::<Once>()) };
        // SAFETY: the lock is the caller's to give away, and owns one value or none.
        unsafe { (*to_drop).initialized_mut() }
    }

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<T> {
        // SAFETY: the lock is set, or `release_contents` had said otherwise.
        unsafe { NonNull::new_unchecked((*to_drop).value.get().cast()) }
    }

    #[inline]
    unsafe fn drop_emptied(_: *mut Self) {
        // It owned nothing but the value.
    }
}
