//! R11: the impl is for a struct, enum or union of this crate.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Local;
trait Trait {}

impl AsyncDrop for &Local {
    //~^ ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for &mut Local {
    //~^ ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for Box<Local> {
    //~^ ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for dyn Trait {
    //~^ ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
