//! Destructors that can await.

#![unstable(feature = "async_drop", issue = "126482")]

use crate::pin::Pin;

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
/// A panic in the destructor drops the values that the destructor holds, then the fields of the
/// value, and goes on unwinding. Unwinding does not await anything yet.
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
