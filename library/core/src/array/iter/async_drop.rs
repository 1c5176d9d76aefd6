//! The async drop glue of an array's iterator.

use super::IntoIter;
use crate::future::{AsyncDropGlue, async_drop_in_place};

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, const N: usize> AsyncDropGlue for IntoIter<T, N> {
    type Owned = [T; N];

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away, and owns nothing but these elements.
        unsafe { async_drop_in_place(&raw mut *(*to_drop).as_mut_slice()) }
    }
}
