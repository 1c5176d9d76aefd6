//! An `async fn` that contains itself is an error where it is defined, also if it keeps a value of
//! a type parameter while it drops another one by await.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Graceful;

impl Drop for Graceful {
    fn drop(&mut self) {}
}

impl AsyncDrop for Graceful {
    async fn drop(self: Pin<&mut Self>) {
        std::future::ready(()).await
    }
}

trait Recursive<T> {
    async fn recurse(&self, depth: usize) -> T;
}

impl<T: Copy> Recursive<T> for T {
    async fn recurse(&self, depth: usize) -> T {
        //~^ ERROR recursion in an async fn requires boxing
        let _graceful = Graceful;
        if depth > 0 { self.recurse(depth - 1).await } else { *self }
    }
}

fn main() {}
