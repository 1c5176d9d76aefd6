//! The async drop glue of an array's iterator.

use super::IntoIter;
use crate::future::AsyncDropContents;
use crate::ptr::NonNull;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, const N: usize> AsyncDropContents for IntoIter<T, N> {
    type Contents = [T];

    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> Option<NonNull<[T]>> {
        // SAFETY: the iterator is the caller's to give away.
        Some(NonNull::from(unsafe { (*to_drop).as_mut_slice() }))
    }

    #[inline]
    unsafe fn drop_emptied(_: *mut Self) {
        // It owned nothing but these elements.
    }
}
