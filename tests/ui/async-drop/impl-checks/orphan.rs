//! R11: the impl is in the crate of the type.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Local;

impl AsyncDrop for u32 {
    //~^ ERROR only traits defined in the current crate can be implemented for primitive types
    //~| ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for Vec<Local> {
    //~^ ERROR only traits defined in the current crate can be implemented for types defined outside
    //~| ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for (Local, Local) {
    //~^ ERROR only traits defined in the current crate can be implemented for arbitrary types
    //~| ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
