//! An opaque type that is made of itself.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

fn cycle() -> impl Sized {
    //~^ ERROR cannot resolve opaque type
    //~| WARN function cannot return without recursing
    (Conn, cycle())
}

async fn dropped() {
    let _cycle = cycle();
}

async fn recursion(depth: u8) {
    //~^ ERROR recursion in an async fn requires boxing
    let _conn = Conn;
    recursion(depth - 1).await;
}

fn main() {}
