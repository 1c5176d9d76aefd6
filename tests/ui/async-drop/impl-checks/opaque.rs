//! R11: the impl is not for an opaque type.
//@ edition: 2024
#![feature(async_drop)]
#![feature(type_alias_impl_trait)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Local;
type Opaque = impl Sized;

#[define_opaque(Opaque)]
fn define() -> Opaque {
    Local
}

impl AsyncDrop for Opaque {
    //~^ ERROR only traits defined in the current crate can be implemented for arbitrary types
    //~| ERROR the `AsyncDrop` trait may only be implemented for local structs, enums, and unions
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
