//! R11: specialization does not give a type two async destructors.
//@ edition: 2024
#![feature(async_drop)]
#![feature(specialization)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Wrapper<T>(T);
impl<T> Drop for Wrapper<T> {
    fn drop(&mut self) {}
}
impl<T> AsyncDrop for Wrapper<T> {
    default async fn drop(self: Pin<&mut Self>) {}
    //~^ ERROR method `drop` has an incompatible type for trait
    //~| ERROR async method in trait cannot be specialized
}
impl AsyncDrop for Wrapper<u8> {
    //~^ ERROR `AsyncDrop` impls cannot be specialized
    async fn drop(self: Pin<&mut Self>) {}
}

struct Defaulted;
impl Drop for Defaulted {
    fn drop(&mut self) {}
}
default impl AsyncDrop for Defaulted {
    //~^ ERROR `AsyncDrop` impl requires `Defaulted: AsyncDrop`
    //~| ERROR the trait bound `Defaulted: AsyncDrop` is not satisfied
    async fn drop(self: Pin<&mut Self>) {}
    //~^ ERROR method `drop` has an incompatible type for trait
    //~| ERROR async method in trait cannot be specialized
}

async fn dropped() {
    let _values = (Wrapper(1_u8), Wrapper(1_u16), Defaulted);
}

fn main() {}
