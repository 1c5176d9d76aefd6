//! R11: an impl of `AsyncDropGlue` is as general as the type too, and for a type of this crate that
//! has no destructor of its own.
//@ edition: 2024
#![feature(async_drop, negative_impls)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, AsyncDropGlue, Ready, ready};
use std::pin::Pin;

macro_rules! glue {
    () => {
        type Owned = String;

        unsafe fn async_drop_glue(_: *mut Self) -> impl Future<Output = ()> {
            let ready: Ready<()> = ready(());
            ready
        }
    };
}

struct OfLifetimes<'a>(&'a u8);
unsafe impl AsyncDropGlue for OfLifetimes<'static> {
    //~^ ERROR `AsyncDropGlue` impls cannot be specialized
    glue!();
}

struct OfTypes<T>(T);
unsafe impl<T: Copy> AsyncDropGlue for OfTypes<T> {
    //~^ ERROR `AsyncDropGlue` impl requires `T: Copy`
    glue!();
}

unsafe impl AsyncDropGlue for &OfTypes<u8> {
    //~^ ERROR the `AsyncDropGlue` trait may only be implemented for local structs
    glue!();
}

struct Both;
impl Drop for Both {
    fn drop(&mut self) {}
}
impl AsyncDrop for Both {
    async fn drop(self: Pin<&mut Self>) {}
}
unsafe impl AsyncDropGlue for Both {
    //~^ ERROR `Both` implements both `AsyncDrop` and `AsyncDropGlue`
    glue!();
}

struct Negative;
impl !AsyncDropGlue for Negative {}
//~^ ERROR negative `AsyncDropGlue` impls are not supported

struct General<'a, T: Clone>(&'a T);
unsafe impl<'a, T: Clone> AsyncDropGlue for General<'a, T> {
    glue!();
}

fn main() {}
