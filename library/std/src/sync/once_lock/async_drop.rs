//! The async drop glue of a `OnceLock`.

use core::future::{AsyncDropGlue, async_drop_in_place};
use core::{mem, ptr};

use super::OnceLock;
use crate::sync::Once;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T> AsyncDropGlue for OnceLock<T> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        const { assert!(!mem::needs_drop::<Once>()) };
        // SAFETY: the lock is the caller's to give away, and owns one value or none.
        unsafe {
            let values = usize::from((*to_drop).initialized_mut());
            let value = (*to_drop).value.get().cast::<T>();
            async_drop_in_place(ptr::slice_from_raw_parts_mut(value, values))
        }
    }
}
