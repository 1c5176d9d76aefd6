//! The async drop glue of a `LazyLock`.

use core::future::{AsyncDropGlue, async_drop};
use core::mem::{self, ManuallyDrop};

use super::LazyLock;
use crate::sync::Once;
use crate::sync::once::OnceExclusiveState;

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<T, F> AsyncDropGlue for LazyLock<T, F> {
    type Owned = (T, F);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        const { assert!(!mem::needs_drop::<Once>()) };
        // SAFETY: the lock is the caller's to give away, and owns what its state says.
        let (value, initializer) = unsafe {
            let data = (*to_drop).data.get_mut();
            match (*to_drop).once.state() {
                OnceExclusiveState::Incomplete => (None, Some(ManuallyDrop::take(&mut data.f))),
                OnceExclusiveState::Complete => (Some(ManuallyDrop::take(&mut data.value)), None),
                OnceExclusiveState::Poisoned => (None, None),
            }
        };
        async_drop((value, initializer))
    }
}
