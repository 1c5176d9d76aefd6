//! R11: a type with an async destructor has a sync one as well, for where nothing can await.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Plain;
impl AsyncDrop for Plain {
    //~^ ERROR `AsyncDrop` impl without `Drop` impl
    async fn drop(self: Pin<&mut Self>) {}
}

enum Generic<'a, T: Clone, const N: usize>
where
    T: 'a,
{
    Only(&'a [T; N]),
}
impl<'a, T: Clone + 'a, const N: usize> AsyncDrop for Generic<'a, T, N> {
    //~^ ERROR `AsyncDrop` impl without `Drop` impl
    async fn drop(self: Pin<&mut Self>) {}
}

macro_rules! by_macro {
    ($name:ident) => {
        struct $name;
        impl AsyncDrop for $name {
            //~^ ERROR `AsyncDrop` impl without `Drop` impl
            async fn drop(self: Pin<&mut Self>) {}
        }
    };
}
by_macro!(ByMacro);

// Here the impl of `Drop` is what is wrong.
struct Rejected<T>(T);
impl<T: Copy> Drop for Rejected<T> {
    //~^ ERROR `Drop` impl requires `T: Copy`
    fn drop(&mut self) {}
}
impl<T> AsyncDrop for Rejected<T> {
    async fn drop(self: Pin<&mut Self>) {}
}

fn main() {}
