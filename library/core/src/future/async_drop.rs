//! Destructors that can await.

#![unstable(feature = "async_drop", issue = "126482")]

mod contents;
mod erased;
mod unwindline;

pub use contents::AsyncDropContents;
#[doc(hidden)]
pub use unwindline::UnwindlineFunctions;

use crate::future::{IntoFuture, poll_fn};
use crate::marker::PhantomData;
use crate::mem;
use crate::pin::{Pin, pin};
use crate::task::{Context, Poll};

/// A destructor that is awaited where a value goes out of scope in an async body.
///
/// A type that implements `AsyncDrop` has two destructors. [`Drop`] is the forceful half: it runs
/// where nothing can await, and it has to make do with what can be done at once. `AsyncDrop` is the
/// graceful half: it runs, in place of `Drop`, at each drop point of an async body, which means the
/// body of an `async fn`, an async block or an async closure. After either half the fields are
/// dropped, each by await if its type needs that.
///
/// # Cancellation
///
/// A future that is dropped in an async body before it has completed awaits the destructors of what
/// it holds. A destructor that has begun then runs to its end.
///
/// A future that is dropped anywhere else drops what it holds by `Drop`. If it was suspended in a
/// destructor, the future of that destructor is dropped first, and then the value by `Drop`. An
/// implementation of `Drop` therefore has to accept a value whose destructor ended halfway, at any
/// of its `.await`s.
///
/// # Panics
///
/// A panic in an async body awaits the destructors of what is in scope, in the order of a scope's
/// end, and then goes on unwinding with the same payload. The coroutine may be suspended meanwhile:
/// its `poll` is pending then, and the panic comes out of a later one. [`thread::panicking`] is
/// true while the destructors run. A future that is dropped in that state by an async body ends
/// what it has begun, and panics there; one that is dropped anywhere else drops the rest by `Drop`,
/// and the panic ends.
///
/// A panic in a destructor does the same: the fields of the value and what else is in scope are
/// dropped. A second one, before the first has left the future, ends the process.
///
/// Where a panic aborts, in crates without `std`, and with `-Zasync-drop-unwind=sync`, unwinding
/// awaits nothing, and drops by `Drop`.
///
/// [`thread::panicking`]: ../../std/thread/fn.panicking.html
///
/// # Examples
///
/// ```
/// #![feature(async_drop)]
/// # #![allow(incomplete_features)]
/// use std::future::AsyncDrop;
/// use std::pin::{Pin, pin};
/// use std::task::{Context, Poll, Waker};
///
/// struct Connection {
///     said_goodbye: bool,
/// }
///
/// impl Drop for Connection {
///     fn drop(&mut self) {
///         println!("cut off");
///     }
/// }
///
/// impl AsyncDrop for Connection {
///     async fn drop(mut self: Pin<&mut Self>) {
///         std::future::ready(()).await; // sends something, and waits for an answer
///         self.said_goodbye = true;
///         println!("closed");
///     }
/// }
///
/// async fn query() -> Result<u32, &'static str> {
///     let _connection = Connection { said_goodbye: false };
///     Err("refused")? // prints "closed"
/// }
///
/// let mut future = pin!(query());
/// let mut context = Context::from_waker(Waker::noop());
/// assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Err("refused")));
/// ```
#[unstable(feature = "async_drop", issue = "126482")]
#[lang = "async_drop"]
pub trait AsyncDrop {
    /// Makes the future that is awaited where a value of this type is dropped.
    ///
    /// The value is pinned from the future's first poll until the future has completed or was
    /// dropped. The compiler calls this method; it is not meant to be called by hand.
    #[allow(async_fn_in_trait)]
    async fn drop(self: Pin<&mut Self>);
}

/// Drops the value behind a pointer by awaiting its destructor, and those of its fields.
///
/// The future owns the value from this call on. Polled to its end, it has dropped the value by
/// await; polled again after that, it is ready at once. Dropped earlier, it drops what is left of
/// the value by [`Drop`], the whole value if it was never polled. Forgotten, it leaks the value.
///
/// For a type that does not need async drop this is [`ptr::drop_in_place`] with a future around it.
///
/// # Safety
///
/// As for [`ptr::drop_in_place`], and from this call until the future has completed or was dropped:
///
/// - `to_drop` is valid for reads and writes, and properly aligned;
/// - the value behind it may be dropped, and is pinned: it is not moved, and its memory is not
///   reused;
/// - nothing else accesses the value, and nothing else drops it, then or later.
///
/// [`ptr::drop_in_place`]: crate::ptr::drop_in_place
#[unstable(feature = "async_drop", issue = "126482")]
#[lang = "async_drop_in_place"]
pub async unsafe fn async_drop_in_place<T: ?Sized>(to_drop: *mut T) {
    // The compiler builds this body for each type. Until then it holds the only capture.
    let _ = to_drop;
}

/// The async drop glue of a type that owns values in a way the compiler cannot see: behind raw
/// pointers, in a union, or together with other owners.
///
/// A map frees its table in its `Drop`, and drops its entries there by hand. It cannot implement
/// [`AsyncDrop`] for that: a map of numbers would need async drop then. What it implements instead
/// is this trait, which says what it owns, and replaces the glue that the compiler would make for a
/// value that owns such things. A type that owns what is in one place implements
/// [`AsyncDropContents`], which costs less.
///
/// A type that implements this trait needs async drop if and only if [`Owned`] does.
///
/// # Safety
///
/// [`async_drop_glue`] drops the value as the type's drop glue does, each thing in the same order,
/// but by await. It owns the value from the call on: if its future is dropped before it has
/// completed, what is left of the value is dropped synchronously, and if it was never polled, the
/// whole value is. It does not move anything whose drop has begun.
///
/// If the type is `Send`, its future may be polled on one thread after another, although it is not
/// `Send` by its structure, because it holds a pointer. What is held across its awaits is `Send`
/// whenever the type is. What `async_drop_in_place` drops counts by its own type here.
///
/// The implementation is as general as the type: lifetimes do not decide whether it is used. The
/// type implements neither [`AsyncDrop`] nor [`AsyncDropContents`], which would come first.
///
/// [`Owned`]: AsyncDropGlue::Owned
/// [`async_drop_glue`]: AsyncDropGlue::async_drop_glue
///
/// # Examples
///
/// ```
/// #![feature(async_drop)]
/// # #![allow(incomplete_features)]
/// use std::future::{AsyncDropGlue, async_drop_in_place};
/// use std::mem::{ManuallyDrop, needs_async_drop};
///
/// struct Pair<T, U>(ManuallyDrop<(T, U)>);
///
/// impl<T, U> Drop for Pair<T, U> {
///     fn drop(&mut self) {
///         unsafe { ManuallyDrop::drop(&mut self.0) }
///     }
/// }
///
/// // SAFETY: dropping the future of `async_drop_in_place` drops all that is owned.
/// unsafe impl<T, U> AsyncDropGlue for Pair<T, U> {
///     type Owned = (T, U);
///
///     unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
///         unsafe { async_drop_in_place((&raw mut (*to_drop).0).cast::<(T, U)>()) }
///     }
/// }
///
/// assert!(!needs_async_drop::<Pair<String, u8>>());
/// ```
#[unstable(feature = "async_drop", issue = "126482")]
#[lang = "async_drop_glue"]
pub unsafe trait AsyncDropGlue {
    /// What a value of this type owns: a type that needs async drop if and only if this type does.
    /// A tuple names several.
    type Owned: ?Sized;

    /// Makes the future that drops the value.
    ///
    /// # Safety
    ///
    /// As for [`async_drop_in_place`].
    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()>;
}

/// Drops a value by awaiting its destructor: [`drop`](crate::mem::drop), awaited.
///
/// This is for a value that is to be dropped before its scope ends, and for one that would be
/// dropped where nothing can await otherwise. It is also how a runtime cancels a task gracefully:
/// given a future, it awaits the destructors of what that future holds.
///
/// Dropped early, it drops the value.
///
/// # Examples
///
/// ```
/// #![feature(async_drop)]
/// # #![allow(incomplete_features)]
/// use std::future::async_drop;
/// use std::pin::{Pin, pin};
/// use std::task::{Context, Poll, Waker};
///
/// let tasks: Vec<Pin<Box<dyn Future<Output = ()>>>> = vec![Box::pin(std::future::pending())];
///
/// let mut cancel = pin!(async_drop(tasks));
/// let mut context = Context::from_waker(Waker::noop());
/// assert_eq!(cancel.as_mut().poll(&mut context), Poll::Ready(()));
/// ```
#[unstable(feature = "async_drop", issue = "126482")]
pub async fn async_drop<T>(_value: T) {}

/// Runs a future until it completes or a signal comes; then cancels it by awaiting the destructors
/// of what it holds.
///
/// Returns what the future returns, or `None` if it was cancelled. The future is polled first, so
/// that one which is ready at the signal completes. The signal is dropped after the future.
///
/// An executor that spawns its tasks like this can stop gracefully: it gives the signal and lets
/// them run on until they have completed.
///
/// # Examples
///
/// ```
/// #![feature(async_drop)]
/// # #![allow(incomplete_features)]
/// use std::future::{pending, ready, run_until_cancelled};
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let mut context = Context::from_waker(Waker::noop());
///
/// let mut completed = pin!(run_until_cancelled(ready(7), pending()));
/// assert_eq!(completed.as_mut().poll(&mut context), Poll::Ready(Some(7)));
///
/// let mut cancelled = pin!(run_until_cancelled(pending::<u32>(), ready(())));
/// assert_eq!(cancelled.as_mut().poll(&mut context), Poll::Ready(None));
/// ```
#[unstable(feature = "async_drop", issue = "126482")]
pub async fn run_until_cancelled<F, S>(future: F, signal: S) -> Option<F::Output>
where
    F: IntoFuture,
    S: IntoFuture<Output = ()>,
{
    let mut signal = pin!(signal.into_future());
    let mut future = pin!(future.into_future());
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => signal.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Polls a future that is awaited, by a drop or by `.await`, and is neither polled again nor
/// dropped once it is ready, or has panicked. For a coroutine, the compiler puts a function in the
/// place of this that does not store that it is.
#[lang = "poll_awaited"]
#[allow(dead_code)]
fn poll_awaited<F: Future>(future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    future.poll(context)
}

/// What the compiler asks of a type parameter, in a body that drops a value of that type: an
/// instance that need not await the drop has no future for it.
#[allow(dead_code)]
struct Drops<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Drops<T> {
    #[lang = "drop_is_awaited"]
    #[allow(dead_code)]
    const ARE_AWAITED: bool = mem::needs_async_drop::<T>();
}
