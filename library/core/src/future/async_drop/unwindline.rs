//! What the compiler calls where a coroutine awaits destructors while a panic unwinds.
//!
//! A landing pad of such a coroutine ends unwinding, and the coroutine goes on with the drops that
//! are left, and with the exception in a variable. What that is belongs to the unwinder: the rest
//! of the functions that deal with it are in `std`, which knows panics.

/// Ends the unwinding that led to this landing pad, and returns the exception that was thrown.
///
/// # Safety
///
/// Only the compiler can call it: in a cleanup block of MIR, with a target that is none.
#[rustc_intrinsic]
#[lang = "unwindline_catch"]
#[allow(dead_code)]
unsafe fn unwindline_catch() -> *mut u8;
