//! R11: the impl is for each instance of the type, as that of `Drop`. It is checked where it
//! stands: no value of these types is dropped here.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct OfTypes<T>(T);
struct OfLifetimes<'a>(&'a u8);
struct OfConstants<const N: usize>;
struct OfTwo<A, B>(A, B);

impl<T> Drop for OfTypes<T> {
    fn drop(&mut self) {}
}
impl Drop for OfLifetimes<'_> {
    fn drop(&mut self) {}
}
impl<const N: usize> Drop for OfConstants<N> {
    fn drop(&mut self) {}
}
impl<A, B> Drop for OfTwo<A, B> {
    fn drop(&mut self) {}
}

impl AsyncDrop for OfTypes<u8> {
    //~^ ERROR `AsyncDrop` impls cannot be specialized
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for OfLifetimes<'static> {
    //~^ ERROR `AsyncDrop` impls cannot be specialized
    async fn drop(self: Pin<&mut Self>) {}
}
impl AsyncDrop for OfConstants<3> {
    //~^ ERROR `AsyncDrop` impls cannot be specialized
    async fn drop(self: Pin<&mut Self>) {}
}
impl<T> AsyncDrop for OfTwo<T, T> {
    //~^ ERROR `AsyncDrop` impls cannot be specialized
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
