//! Futures that drop a value whose type the caller does not know.

use super::async_drop_in_place;
use crate::fmt;
use crate::marker::{PhantomData, PhantomPinned};
use crate::mem::{self, ManuallyDrop, MaybeUninit};
use crate::pin::Pin;
use crate::ptr::{self, Pointee};
use crate::task::{Context, Poll};

/// The future of an awaited drop, without the type of the value.
///
/// It drops a `dyn Trait`, and a value that may own another one of its type, whose future would
/// contain itself otherwise. The future that it stands for is stored in it if it is no larger than
/// a pointer, as that of a coroutine is, else on the heap. So this takes as much room as a
/// `Pin<Box<dyn Future>>`, which is what a method of a trait would return that closes the value.
///
/// Dropped early, it drops what is left of the value. The compiler makes these futures where they
/// are needed.
#[unstable(feature = "async_drop", issue = "126482")]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct ErasedAsyncDrop {
    /// `None` if there is no future in the storage, since nothing is to be awaited.
    methods: Option<&'static Methods>,
    storage: Storage,
    _pinned: PhantomPinned,
}

/// Room for the address of a future on the heap.
type Storage = MaybeUninit<*mut ()>;

/// What can be done with the future in the storage.
struct Methods {
    poll: unsafe fn(*mut Storage, &mut Context<'_>) -> Poll<()>,
    drop: unsafe fn(*mut Storage),
}

struct Stored<F>(PhantomData<F>);

impl<F: Future<Output = ()>> Stored<F> {
    const METHODS: Methods = Methods {
        // SAFETY: the storage holds an `F`, which is not moved until it is dropped.
        poll: |storage, context| unsafe {
            Pin::new_unchecked(&mut *storage.cast::<F>()).poll(context)
        },
        // SAFETY: the storage holds an `F`, for the last time.
        drop: |storage| unsafe { ptr::drop_in_place(storage.cast::<F>()) },
    };
}

impl ErasedAsyncDrop {
    const COMPLETED: Self =
        ErasedAsyncDrop { methods: None, storage: MaybeUninit::uninit(), _pinned: PhantomPinned };

    /// Whether a future of type `F` can be stored in place.
    #[doc(hidden)]
    #[inline]
    pub const fn has_room_for<F>() -> bool {
        size_of::<F>() <= size_of::<Storage>() && align_of::<F>() <= align_of::<Storage>()
    }

    /// Stores a future in place.
    ///
    /// # Safety
    ///
    /// There is room for it, and what it borrows is alive until the new future is dropped. An
    /// awaited drop does that as soon as the future has completed.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn new<F: Future<Output = ()>>(future: F) -> Self {
        let mut erased = Self { methods: Some(&Stored::<F>::METHODS), ..Self::COMPLETED };
        // SAFETY: the caller has made sure that there is room.
        unsafe { erased.storage.as_mut_ptr().cast::<F>().write(future) };
        erased
    }
}

impl Future for ErasedAsyncDrop {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the stored future is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        match this.methods {
            // SAFETY: the storage holds the future that `methods` is for, and is pinned.
            Some(methods) => unsafe { (methods.poll)(&mut this.storage, context) },
            None => Poll::Ready(()),
        }
    }
}

impl Drop for ErasedAsyncDrop {
    #[inline]
    fn drop(&mut self) {
        if let Some(methods) = self.methods {
            // SAFETY: the storage holds a future, and nobody uses it again.
            unsafe { (methods.drop)(&mut self.storage) }
        }
    }
}

impl fmt::Debug for ErasedAsyncDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedAsyncDrop").finish_non_exhaustive()
    }
}

/// Drops a coroutine by await. A coroutine knows itself how much of it is left, and its address is
/// all that is kept.
struct CoroutineDrop<C>(*mut C);

impl<C> Future for CoroutineDrop<C> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // SAFETY: whoever made this gave the coroutine away. The future, which would drop it, is
        // forgotten.
        let mut drop = ManuallyDrop::new(unsafe { async_drop_in_place(self.0) });
        // SAFETY: the future is not moved.
        unsafe { Pin::new_unchecked(&mut *drop) }.poll(context)
    }
}

impl<C> Drop for CoroutineDrop<C> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the coroutine was given away. It drops what is left of it.
        unsafe { ptr::drop_in_place(self.0) }
    }
}

/// Makes the future that drops a coroutine by await, and hides its type. The vtables of `C` name
/// this function.
///
/// # Safety
///
/// As for `async_drop_in_place`, and `to_drop` points to a `C`, which is a coroutine.
#[lang = "async_drop_erased_coroutine"]
#[inline]
#[allow(dead_code)]
unsafe fn async_drop_erased_coroutine<C>(to_drop: *mut ()) -> ErasedAsyncDrop {
    // SAFETY: there is room for an address. The coroutine outlives the future.
    unsafe { ErasedAsyncDrop::new(CoroutineDrop::<C>(to_drop.cast())) }
}

/// Makes the future that drops a `dyn Trait` by await. If its vtable has none, the value is dropped
/// at once.
///
/// # Safety
///
/// As for `async_drop_in_place`, and `T` is a `dyn Trait`.
#[lang = "async_drop_dyn"]
#[inline]
unsafe fn async_drop_dyn<T: ?Sized>(to_drop: *mut T) -> ErasedAsyncDrop {
    let metadata = ptr::metadata(to_drop);
    const { assert!(size_of::<<T as Pointee>::Metadata>() == size_of::<*const ()>()) };
    // SAFETY: the metadata of a `dyn Trait` is the address of its vtable.
    let constructor = unsafe {
        let vtable = mem::transmute_copy::<_, *const ()>(&metadata);
        crate::intrinsics::vtable_async_drop::<T>(vtable)
    };
    if constructor.is_null() {
        // SAFETY: the value is the caller's to give away.
        unsafe { ptr::drop_in_place(to_drop) };
        return ErasedAsyncDrop::COMPLETED;
    }
    // SAFETY: the vtable names a function of this type.
    unsafe {
        let constructor: unsafe fn(*mut ()) -> ErasedAsyncDrop = mem::transmute(constructor);
        constructor(to_drop.cast())
    }
}
