//! R11: an impl of `AsyncDropContents` is as general as the type too, and for a type of this crate
//! that has no destructor of its own.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, AsyncDropContents};
use std::pin::Pin;
use std::ptr::NonNull;

macro_rules! contents {
    () => {
        type Contents = String;

        unsafe fn release_contents(_: *mut Self) -> bool {
            false
        }

        unsafe fn contents(_: *mut Self) -> NonNull<String> {
            unreachable!()
        }

        unsafe fn drop_emptied(_: *mut Self) {}
    };
}

struct OfLifetimes<'a>(&'a u8);
unsafe impl AsyncDropContents for OfLifetimes<'static> {
    //~^ ERROR `AsyncDropContents` impls cannot be specialized
    contents!();
}

struct OfTypes<T>(T);
unsafe impl<T: Copy> AsyncDropContents for OfTypes<T> {
    //~^ ERROR `AsyncDropContents` impl requires `T: Copy`
    contents!();
}

struct Both;
impl Drop for Both {
    fn drop(&mut self) {}
}
impl AsyncDrop for Both {
    async fn drop(self: Pin<&mut Self>) {}
}
unsafe impl AsyncDropContents for Both {
    //~^ ERROR `Both` implements both `AsyncDrop` and `AsyncDropContents`
    contents!();
}

struct General<'a, T: Clone>(&'a T);
unsafe impl<'a, T: Clone> AsyncDropContents for General<'a, T> {
    contents!();
}

fn main() {}
