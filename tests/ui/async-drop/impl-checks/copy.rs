//! R11: a type with an async destructor is not `Copy`, with or without `Drop`.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

#[derive(Clone, Copy)]
struct Both;
//~^ ERROR the trait `Copy` cannot be implemented for this type
impl Drop for Both {
    fn drop(&mut self) {}
}
impl AsyncDrop for Both {
    async fn drop(self: Pin<&mut Self>) {}
}

#[derive(Clone)]
struct AsyncOnly;
impl Copy for AsyncOnly {}
//~^ ERROR the trait `Copy` cannot be implemented for this type
impl AsyncDrop for AsyncOnly {
    //~^ ERROR `AsyncDrop` impl without `Drop` impl
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
