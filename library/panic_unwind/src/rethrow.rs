//! What becomes of a panic that a coroutine has caught, or of an exception of another language.
//!
//! Only an unwinder like that of libgcc has exceptions that can be kept, and no coroutine catches
//! those of another.

cfg_select! {
    all(unix, not(any(target_os = "emscripten", target_os = "espidf", target_os = "nuttx"))) => {
        use unwind as uw;

        /// Whether `exception` is a panic of this copy of `std`.
        ///
        /// # Safety
        ///
        /// `exception` was thrown and caught, and not freed.
        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_is_panic(exception: *mut u8) -> bool {
            // SAFETY: As for this function.
            unsafe { super::imp::is_panic(exception.cast()) }
        }

        /// Throws `exception` once more, as it is. It returns if nobody catches it.
        ///
        /// # Safety
        ///
        /// As for `__rust_is_panic`.
        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_continue_panic(exception: *mut u8) -> u32 {
            // SAFETY: Whoever throws may throw it again, since it is not being thrown.
            unsafe { uw::_Unwind_RaiseException(exception.cast()) as u32 }
        }

        /// Frees an exception that is no panic.
        ///
        /// # Safety
        ///
        /// As for `__rust_is_panic`.
        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_delete_exception(exception: *mut u8) {
            // SAFETY: Its owner gives it up.
            unsafe { uw::_Unwind_DeleteException(exception.cast()) }
        }
    }
    _ => {
        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_is_panic(_: *mut u8) -> bool {
            false
        }

        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_continue_panic(_: *mut u8) -> u32 {
            0
        }

        #[rustc_std_internal_symbol]
        pub(crate) unsafe fn __rust_delete_exception(_: *mut u8) {}
    }
}
