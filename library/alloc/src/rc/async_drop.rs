//! The async drop glue of an `Rc`: the last one drops the value by await, and frees it then.

use core::future::{AsyncDropGlue, async_drop_in_place};
use core::mem::DropGuard;
use core::ptr;

use super::{Rc, RcInnerPtr, Weak};
use crate::alloc::Allocator;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T: ?Sized, A: Allocator> AsyncDropGlue for Rc<T, A> {
    type Owned = T;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the pointer is the caller's to give away.
        let rc = DropGuard::new(to_drop, |rc| unsafe { ptr::drop_in_place(rc) });
        async move {
            let rc = DropGuard::dismiss(rc);
            // SAFETY: this does what `Drop` does, with guards for what comes after the value, and
            // lets the allocator go as the glue does.
            unsafe {
                let _alloc = DropGuard::new(rc, |rc| ptr::drop_in_place(&raw mut (*rc).alloc));
                (*rc).inner().dec_strong();
                if (*rc).inner().strong() == 0 {
                    let _weak = DropGuard::new(rc, |rc| {
                        drop(Weak { ptr: (*rc).ptr, alloc: &(*rc).alloc });
                    });
                    async_drop_in_place(&raw mut (*(*rc).ptr.as_ptr()).value).await;
                }
            }
        }
    }
}
