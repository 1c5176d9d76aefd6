//! R11: the method is as the trait declares it.
//@ edition: 2024
#![feature(async_drop)]
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
types!(NotAFuture WrongOutput ByReference ByValue MoreArguments Generic);
types!(Unsafe Missing Extra Constant);

impl AsyncDrop for NotAFuture {
    fn drop(self: Pin<&mut Self>) {}
    //~^ ERROR method should be `async` or return a future, but it is synchronous
}
impl AsyncDrop for WrongOutput {
    async fn drop(self: Pin<&mut Self>) -> u8 {
        //~^ ERROR to be a future that resolves to `()`, but it resolves to `u8`
        0
    }
}
impl AsyncDrop for ByReference {
    async fn drop(&mut self) {}
    //~^ ERROR method `drop` has an incompatible type for trait
}
impl AsyncDrop for ByValue {
    async fn drop(self) {}
    //~^ ERROR method `drop` has an incompatible type for trait
}
impl AsyncDrop for MoreArguments {
    async fn drop(self: Pin<&mut Self>, reason: u8) {}
    //~^ ERROR method `drop` has 2 parameters but the declaration
}
impl AsyncDrop for Generic {
    async fn drop<T>(self: Pin<&mut Self>) {}
    //~^ ERROR method `drop` has 1 type parameter but its trait declaration has 0
}
impl AsyncDrop for Unsafe {
    async unsafe fn drop(self: Pin<&mut Self>) {}
    //~^ ERROR method `drop` has an incompatible type for trait
}
impl AsyncDrop for Missing {}
//~^ ERROR not all trait items implemented, missing: `drop`
impl AsyncDrop for Extra {
    async fn drop(self: Pin<&mut Self>) {}
    async fn close(self: Pin<&mut Self>) {}
    //~^ ERROR method `close` is not a member of trait `AsyncDrop`
}
impl AsyncDrop for Constant {
    //~^ ERROR not all trait items implemented, missing: `drop`
    const drop: () = ();
    //~^ ERROR item `drop` is an associated const, which doesn't match its trait `AsyncDrop`
}

async fn dropped() {
    let _values = (NotAFuture, WrongOutput, ByReference, ByValue, MoreArguments, Generic);
    let _others = (Unsafe, Missing, Extra, Constant);
}

fn main() {}
