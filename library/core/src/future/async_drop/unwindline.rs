//! What the compiler calls where a coroutine awaits destructors while a panic unwinds.
//!
//! A landing pad of such a coroutine ends unwinding, and the coroutine goes on with the drops that
//! are left, and with the exception in a variable. What that is belongs to the unwinder: the
//! functions that deal with it are in `std`, which knows panics.
//!
//! A crate that does not know `std` catches no panic. But the future of `async_drop_in_place` is
//! made in each crate that needs it, and one that a crate with `std` has polled until it unwinds
//! may be polled to its end, or dropped, by a crate without. That asks here for the functions.

use crate::panicking::panic_nounwind;
use crate::ptr;
use crate::sync::atomic::{Atomic, AtomicPtr, Ordering};

/// Ends the unwinding that led to this landing pad, and returns the exception that was thrown.
///
/// # Safety
///
/// Only the compiler can call it: in a cleanup block of MIR, with a target that is none.
#[rustc_intrinsic]
#[lang = "unwindline_catch"]
#[allow(dead_code)]
unsafe fn unwindline_catch() -> *mut u8;

/// Functions of `std`, which says what each does. Their names are those of the lang items.
#[derive(Debug)]
#[doc(hidden)]
#[allow(missing_docs)]
pub struct UnwindlineFunctions {
    pub unwindline_suspend: unsafe fn(*mut u8, usize, *mut u8, u32),
    pub unwindline_resume: unsafe fn(*mut u8, usize) -> *mut u8,
    pub unwindline_raise: unsafe fn(*mut u8) -> !,
    pub unwindline_discard: unsafe fn(*mut u8),
    pub unwindline_abort: unsafe fn(*mut u8, *mut u8) -> !,
}

static FUNCTIONS: Atomic<*mut UnwindlineFunctions> = AtomicPtr::new(ptr::null_mut());

impl UnwindlineFunctions {
    /// Lets crates without `std` find these functions. Called before a coroutine suspends that is
    /// unwinding: without it there is nothing for them to do.
    pub fn publish(&'static self) {
        FUNCTIONS.store(ptr::from_ref(self).cast_mut(), Ordering::Release);
    }
}

/// The functions of `std`, for a crate that goes on with a coroutine which is unwinding.
#[cold]
#[inline(never)]
#[lang = "unwindline_functions"]
#[allow(dead_code)]
fn functions() -> &'static UnwindlineFunctions {
    // SAFETY: What was published is there as long as the program runs.
    match unsafe { FUNCTIONS.load(Ordering::Acquire).as_ref() } {
        Some(functions) => functions,
        None => panic_nounwind("a coroutine is unwinding in a program without `std`"),
    }
}
