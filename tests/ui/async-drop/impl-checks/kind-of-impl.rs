//! R11: no unsafe, constant or repeated impl, as for `Drop`.
//@ edition: 2024
#![feature(async_drop)]
#![feature(const_trait_impl)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

macro_rules! types {
    ($($name:ident)*) => {$(
        struct $name;
        impl Drop for $name {
            fn drop(&mut self) {}
        }
    )*};
}
types!(Unsafe Constant Repeated);

unsafe impl AsyncDrop for Unsafe {
    //~^ ERROR implementing the trait `AsyncDrop` is not unsafe
    async fn drop(self: Pin<&mut Self>) {}
}

impl const AsyncDrop for Constant {
    //~^ ERROR const `impl` for trait `AsyncDrop` which is not `const`
    async fn drop(self: Pin<&mut Self>) {}
    //~^ ERROR async functions are not allowed in `const` trait impls
}

impl AsyncDrop for Repeated {
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for Repeated {
    //~^ ERROR conflicting implementations of trait `AsyncDrop` for type `Repeated`
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
