//! The panic of a coroutine that awaits destructors while it unwinds.
//!
//! The landing pad of such a coroutine catches the exception. From then on until it is raised
//! again, the exception belongs to the coroutine, which may be suspended meanwhile and go on in
//! another thread. A thread counts as panicking while it runs the coroutine's destructors, and not
//! while the coroutine is suspended. The coroutine has no room for the exception, since it would
//! have to have it without a panic too: it is kept here as long as the coroutine is suspended.
//!
//! The exception stays what the unwinder made of it, so that the panic goes on with the same
//! payload. It need not be ours: C++ can throw through a coroutine too, as can a Rust that has
//! another `std`. No panic count of ours knows of those. Whose they are may count them by thread,
//! so they cannot go on in another one.
//!
//! Only the compiler calls these functions. One of them is generic, and is what a coroutine has of
//! its own: the others get it as a pointer, so that there is one of each in a program.

#![cfg_attr(test, allow(dead_code))]

use super::payload_as_str;
use crate::any::Any;
use crate::future::UnwindlineFunctions;
use crate::pin::Pin;
use crate::sync::nonpoison::Mutex;
use crate::task::Context;
use crate::thread::{self, ThreadId};
use crate::{intrinsics, process, ptr};

// What the panic runtime knows of exceptions.
unsafe extern "Rust" {
    #[rustc_std_internal_symbol]
    fn __rust_is_panic(exception: *mut u8) -> bool;
    #[rustc_std_internal_symbol]
    fn __rust_continue_panic(exception: *mut u8) -> u32;
    #[rustc_std_internal_symbol]
    fn __rust_delete_exception(exception: *mut u8);
}

/// The payload of the exception, which is gone then, if it is a panic.
///
/// # Safety
///
/// `exception` was caught by a coroutine, and is not gone.
unsafe fn into_payload(exception: *mut u8) -> Option<Box<dyn Any + Send>> {
    // SAFETY: As for this function; a panic's payload is a `Box` that was made a pointer.
    unsafe {
        __rust_is_panic(exception).then(|| Box::from_raw(super::__rust_panic_cleanup(exception)))
    }
}

/// The exceptions of suspended coroutines.
static SUSPENDED: Mutex<Vec<Suspended>> = Mutex::new(Vec::new());

/// Which coroutine it is. At its address may lie a part of it that has another panic, and is polled
/// by somebody else. But the part is smaller: a coroutine's state is in no part of the coroutine.
#[derive(Clone, Copy, PartialEq)]
struct Coroutine {
    address: usize,
    size: usize,
}

struct Suspended {
    coroutine: Coroutine,
    /// Where in its unwindline it goes on.
    state: State,
    exception: *mut u8,
    /// The thread to which the exception belongs, if it is no panic.
    thread: Option<ThreadId>,
}

// SAFETY: A panic can be thrown by another thread than by the one that caught it. For others,
// `go_on` sees to it that none is.
unsafe impl Send for Suspended {}

/// What a crate that does not know `std` may have to call. It has no coroutines of its own here.
static FUNCTIONS: UnwindlineFunctions = UnwindlineFunctions {
    unwindline_suspend: suspend,
    unwindline_resume: resume,
    unwindline_raise: raise,
    unwindline_discard: discard,
    unwindline_abort: abort,
};

/// Called before a coroutine suspends that holds `exception`, to go on in `state`.
///
/// # Safety
///
/// The coroutine has `size` bytes. `exception` was caught by it, or given back to it by `resume`.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_suspend")]
unsafe fn suspend(coroutine: *mut u8, size: usize, exception: *mut u8, state: State) {
    // SAFETY: Its owner says so.
    let thread = if unsafe { __rust_is_panic(exception) } {
        super::panic_count::decrease();
        None
    } else {
        Some(thread::current_id())
    };
    FUNCTIONS.publish();
    let coroutine = Coroutine { address: coroutine.addr(), size };
    SUSPENDED.lock().push(Suspended { coroutine, state, exception, thread });
}

/// Where in its unwindline a coroutine is suspended. A coroutine has one state for all of them.
type State = u32;

/// Where the unwindline ends: no coroutine is suspended there.
const END: State = 0;

/// The unwindline of some coroutine, as `unwindline` is for each. A pinned reference is passed as a
/// pointer is.
type Line = unsafe fn(*mut u8, *mut Context<'_>, State) -> State;

/// Goes on with a coroutine that is unwinding, until it suspends. Where `line` ends, which is its
/// unwindline, the panic goes on. `context` is where the caller has put the context of the task,
/// for this and nothing else: in a register it would cost more. It is read as if it were volatile,
/// or LLVM would pass it in one.
///
/// # Safety
///
/// `coroutine` is pinned, has `size` bytes, and has called `suspend`.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_poll")]
unsafe fn poll(coroutine: *mut u8, size: usize, line: Line, context: *mut &mut Context<'_>) {
    // SAFETY: The caller does not use it again.
    let context = unsafe { context.read_volatile() };
    // SAFETY: As for this function.
    unsafe {
        let (exception, state) = go_on(coroutine, size);
        match or_abort(exception, || line(coroutine, context, state)) {
            END => raise(exception),
            state => suspend(coroutine, size, exception, state),
        }
    }
}

/// Drops a coroutine that is unwinding, where nothing can await. Its panic ends.
///
/// # Safety
///
/// As for `poll`.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_drop")]
unsafe fn drop(coroutine: *mut u8, size: usize, line: Line) {
    // SAFETY: As for this function.
    unsafe {
        let (exception, state) = go_on(coroutine, size);
        or_abort(exception, || line(coroutine, ptr::null_mut(), state));
        discard(exception);
    }
}

/// Calls `f`. If that panics, so does a destructor while `exception` is being unwound.
///
/// # Safety
///
/// As for `suspend`.
unsafe fn or_abort<R, F: FnOnce() -> R>(exception: *mut u8, f: F) -> R {
    struct Call<F, R> {
        f: Option<F>,
        result: Option<R>,
        exception: *mut u8,
    }

    fn call<R, F: FnOnce() -> R>(data: *mut u8) {
        // SAFETY: `catch_unwind` passes the pointer on, and nothing else uses the data.
        let data = unsafe { &mut *data.cast::<Call<F, R>>() };
        data.result = data.f.take().map(|f| f());
    }

    #[rustc_nounwind]
    fn catch<R, F>(data: *mut u8, second: *mut u8) {
        // SAFETY: As above.
        let data = unsafe { &*data.cast::<Call<F, R>>() };
        // SAFETY: Both were caught, and are not gone.
        unsafe { abort(data.exception, second) }
    }

    let mut data = Call { f: Some(f), result: None, exception };
    // SAFETY: The functions take the data for what it is.
    unsafe {
        intrinsics::catch_unwind(call::<R, F>, (&raw mut data).cast(), catch::<R, F>);
    }
    // Else the process has ended.
    data.result.unwrap()
}

/// The unwindline of the coroutine `C` from `state` on. It returns where it suspends, and `END`
/// where the panic is to go on. If `context` is null, it drops what is left first. It need not be
/// fast.
///
/// # Safety
///
/// `coroutine` is unwinding, and is suspended in `state`. The thread panics because of it.
#[cold]
#[inline(never)]
#[optimize(size)]
#[allow(unconditional_recursion)]
#[cfg_attr(not(test), lang = "unwindline")]
unsafe fn unwindline<C>(coroutine: Pin<&mut C>, context: *mut Context<'_>, state: State) -> State {
    // SAFETY: The compiler resolves this to a function that it makes for each `C`.
    unsafe { unwindline(coroutine, context, state) }
}

/// Called when a coroutine goes on, or is dropped, that was suspended with an exception. Returns
/// that.
///
/// # Safety
///
/// The coroutine is pinned, has `size` bytes, and has called `suspend`.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_resume")]
unsafe fn resume(coroutine: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: As for this function.
    unsafe { go_on(coroutine, size).0 }
}

/// What `resume` does, and where the coroutine goes on.
///
/// # Safety
///
/// As for `resume`.
unsafe fn go_on(coroutine: *mut u8, size: usize) -> (*mut u8, State) {
    let coroutine = Coroutine { address: coroutine.addr(), size };
    let Suspended { state, exception, thread, .. } = {
        let mut suspended = SUSPENDED.lock();
        // Those that suspended last are the likeliest to go on.
        let index = suspended.iter().rposition(|other| other.coroutine == coroutine);
        let Some(index) = index else { rtabort!("a coroutine has lost its panic") };
        suspended.remove(index)
    };
    match thread {
        // The panic is not new, and no hook runs. But if it were, it would end the process in one.
        None if super::panic_count::increase(false).is_some() => {
            rtabort!("a coroutine went on with its panic where none is allowed");
        }
        Some(thread) if thread != thread::current_id() => {
            rtabort!("a coroutine went on with a foreign exception in another thread");
        }
        _ => (exception, state),
    }
}

/// Lets the panic go on.
///
/// # Safety
///
/// As for `suspend`. `exception` is gone after that.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_raise")]
unsafe fn raise(exception: *mut u8) -> ! {
    // SAFETY: Its owner gives it up.
    let code = unsafe { __rust_continue_panic(exception) };
    rtabort!("failed to continue panic, error {code}");
}

/// Ends the panic of a coroutine that is dropped where nobody can be told of it.
///
/// # Safety
///
/// As for `suspend`. `exception` is gone after that.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_discard")]
unsafe fn discard(exception: *mut u8) {
    // SAFETY: Its owner gives it up.
    let payload = unsafe { into_payload(exception) };
    if payload.is_some() {
        super::panic_count::decrease();
    } else {
        // SAFETY: So it does, and it is still there.
        unsafe { __rust_delete_exception(exception) };
    }
}

/// Ends the process, because `second` was thrown while `first` was being unwound.
///
/// # Safety
///
/// As for `suspend`, for both.
#[cold]
#[inline(never)]
#[cfg_attr(not(test), lang = "unwindline_abort")]
unsafe fn abort(first: *mut u8, second: *mut u8) -> ! {
    // SAFETY: Their owner gives them up.
    let [first, second] = [first, second].map(|exception| unsafe { into_payload(exception) });
    let [first, second] = [&first, &second].map(|payload| match payload {
        Some(payload) => payload_as_str(&**payload as &dyn Any),
        None => "a foreign exception",
    });
    rtprintpanic!(
        "a destructor panicked while a panic was being unwound. aborting.\n\
         the first panic: {first}\n\
         the panic in the destructor: {second}\n"
    );
    process::abort();
}
