//! The async drop glue of a B-tree and of its iterator.
//!
//! The entries are dropped by await, each in its node, and the iterator frees what is left behind
//! it. If that ends early, the iterator drops the rest.

use core::future::{AsyncDropContents, AsyncDropGlue, async_drop};
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::{BTreeMap, IntoIter};
use crate::alloc::Allocator;
use crate::collections::async_drop::{DropsInTurn, Next};

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator + Clone> AsyncDropGlue for BTreeMap<K, V, A> {
    type Owned = (K, V);

    unsafe fn async_drop_glue(to_drop: *mut Self) -> impl Future<Output = ()> {
        // SAFETY: the tree is the caller's to give away.
        async_drop(unsafe { ptr::read(to_drop) }.into_iter())
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator + Clone> AsyncDropContents for IntoIter<K, V, A> {
    type Contents = [Next<Self>];

    #[inline]
    unsafe fn release_contents(to_drop: *mut Self) -> bool {
        // For what drops a key or a value that need not be awaited.
        to_drop.expose_provenance();
        true
    }

    #[inline]
    unsafe fn contents(to_drop: *mut Self) -> NonNull<[Next<Self>]> {
        // SAFETY: the iterator is the caller's to give away.
        unsafe { Next::repeat(to_drop, (*to_drop).length) }
    }

    // Once for all the ways out of the loop.
    #[inline(never)]
    unsafe fn drop_emptied(to_drop: *mut Self) {
        // SAFETY: the iterator has forgotten what was dropped.
        unsafe { ptr::drop_in_place(to_drop) }
    }
}

#[unstable(feature = "async_drop", issue = "126482")]
unsafe impl<K, V, A: Allocator + Clone> DropsInTurn for IntoIter<K, V, A> {
    type Item = (FirstKey<K, V, A>, FirstValue<K, V, A>);

    #[inline]
    unsafe fn next(this: *mut Self) -> NonNull<Self::Item> {
        // SAFETY: a valid pointer is not null.
        unsafe { NonNull::new_unchecked(this.cast()) }
    }

    unsafe fn forget_next(this: *mut Self) {
        // SAFETY: nobody else uses the iterator. The entry that it returns has been dropped.
        unsafe { (*this).dying_next() };
    }
}

/// Defines what stands for the key or the value of the first entry of the iterator that is at this
/// address. It has no bytes there, so its `Drop` is given a reference with which it may reach none.
macro_rules! part_of_first_entry {
    ($part:ident, $Contents:ident, $index:tt) => {
        #[derive(Debug)]
        #[unstable(feature = "async_drop", issue = "126482")]
        pub struct $part<K, V, A: Allocator + Clone>(PhantomData<IntoIter<K, V, A>>);

        #[unstable(feature = "async_drop", issue = "126482")]
        unsafe impl<K, V, A: Allocator + Clone> AsyncDropContents for $part<K, V, A> {
            type Contents = $Contents;

            #[inline]
            unsafe fn contents(to_drop: *mut Self) -> NonNull<$Contents> {
                let iter = to_drop.cast::<IntoIter<K, V, A>>();
                // SAFETY: the iterator has an entry.
                unsafe { NonNull::new_unchecked((*iter).range.first_kv().key_val_places().$index) }
            }

            #[inline]
            unsafe fn drop_emptied(_: *mut Self) {}
        }

        #[unstable(feature = "async_drop", issue = "126482")]
        impl<K, V, A: Allocator + Clone> Drop for $part<K, V, A> {
            #[inline]
            fn drop(&mut self) {
                let this = ptr::with_exposed_provenance_mut((&raw mut *self).addr());
                // SAFETY: the iterator is there, whose address has been exposed.
                unsafe { Self::contents(this).drop_in_place() }
            }
        }
    };
}

part_of_first_entry!(FirstKey, K, 0);
part_of_first_entry!(FirstValue, V, 1);
