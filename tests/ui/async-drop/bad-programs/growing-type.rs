//! A type that grows with each field of its own type: the limit is what ends it.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Grows<T>(Option<Box<Grows<Option<T>>>>, T);

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

async fn dropped() {
    let _grows = Grows(None, Conn);
    //~^ ERROR overflow while adding drop-check rules for `Grows<Conn>`
    //~| ERROR overflow while adding drop-check rules for `Option<Box<Grows<Option<Conn>>>>`
}

fn main() {
    let _future = dropped();
}
