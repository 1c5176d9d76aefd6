//! R11: the impl has no bound that the type does not have, whatever the impl of `Drop` has. It is
//! checked where it stands.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct OfTypes<T>(T);
struct OfLifetimes<'a, 'b>(&'a u8, &'b u8);
struct Bounded<T: Iterator>(T);

impl<T> Drop for OfTypes<T> {
    fn drop(&mut self) {}
}
impl Drop for OfLifetimes<'_, '_> {
    fn drop(&mut self) {}
}
impl<T: Iterator> Drop for Bounded<T> {
    fn drop(&mut self) {}
}

impl<T: Copy> AsyncDrop for OfTypes<T> {
    //~^ ERROR `AsyncDrop` impl requires `T: Copy` but the struct it is implemented for does not
    async fn drop(self: Pin<&mut Self>) {}
}
impl<'a: 'b, 'b> AsyncDrop for OfLifetimes<'a, 'b> {
    //~^ ERROR `AsyncDrop` impl requires `'a: 'b` but the struct it is implemented for does not
    async fn drop(self: Pin<&mut Self>) {}
}
impl<T: Iterator> AsyncDrop for Bounded<T>
where
    T::Item: Send,
    //~^ ERROR `AsyncDrop` impl requires `<T as Iterator>::Item: Send`
{
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
