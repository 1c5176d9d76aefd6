//! Lets a panic go on that a coroutine has caught.

/// Throws `exception` once more, as it is. It returns if nobody catches it, or if the target has no
/// unwinder whose exceptions can be kept.
///
/// # Safety
///
/// `exception` was thrown and caught, and not freed.
#[rustc_std_internal_symbol]
pub unsafe fn __rust_continue_panic(exception: *mut u8) -> u32 {
    cfg_select! {
        all(unix, not(any(target_os = "emscripten", target_os = "espidf", target_os = "nuttx"))) => {
            // SAFETY: Whoever throws may throw it again, since it is not being thrown.
            unsafe { unwind::_Unwind_RaiseException(exception.cast()) as u32 }
        }
        _ => {
            let _ = exception;
            0
        }
    }
}
