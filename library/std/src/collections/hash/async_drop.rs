//! How the tables of this module drop what is in them by await.

use core::future::AsyncDropGlue;
use core::mem::DropGuard;
use core::ptr;

/// Takes the entries that `iter` owns out of it, one after another, and drops them by await. After
/// a panic, the rest is.
pub(super) fn drop_entries<K, V>(iter: impl Iterator<Item = (K, V)>) -> impl Future<Output = ()> {
    // An entry is known to be a pair here, and so has no future of its own.
    async fn drop_entries<K, V, I: Iterator<Item = (K, V)>>(mut rest: Rest<I>) {
        while let Some(_entry) = rest.0.next() {}
    }
    drop_entries(Rest(iter))
}

/// The same for elements.
pub(super) fn drop_elements(iter: impl Iterator) -> impl Future<Output = ()> {
    async fn drop_elements<I: Iterator>(mut rest: Rest<I>) {
        while let Some(_element) = rest.0.next() {}
    }
    drop_elements(Rest(iter))
}

/// What an iterator has not given away yet. It is empty where it is dropped, unless a panic is on
/// its way. A second one ends the process.
struct Rest<I: Iterator>(I);

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<I: Iterator> AsyncDropGlue for Rest<I> {
    type Owned = I::Item;

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the iterator is the caller's to give away.
        let mut rest = DropGuard::new(to_drop, |rest| unsafe { ptr::drop_in_place(rest) });
        async move {
            // SAFETY: the iterator is valid until the guard drops it, empty by then.
            while let Some(_item) = unsafe { (**rest).0.next() } {}
        }
    }
}
