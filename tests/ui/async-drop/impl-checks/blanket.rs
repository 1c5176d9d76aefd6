//! R11: there is no impl for each type.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

trait Trait {}

impl<T: Trait> AsyncDrop for T {
    //~^ ERROR type parameter `T` must be used as the type parameter for some local type
    //~| ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
