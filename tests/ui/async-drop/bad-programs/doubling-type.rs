//! A type that doubles with each field of its own type is rejected as soon as without async drop:
//! written out as far as the limit goes, it would fill the memory of any machine.
//@ edition: 2024
//@ compile-flags: -Zwrite-long-types-to-disk=yes
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Doubles<T>(T, Option<Box<Doubles<(T, T)>>>);

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

async fn dropped() {
    let _doubles = Doubles(1_u8, None);
    //~^ ERROR overflow while adding drop-check rules for `Doubles<u8>`
    //~| ERROR overflow while adding drop-check rules for `Option<Box<Doubles<(u8, u8)>>>`
    let _conn = Conn;
}

fn main() {
    let _future = dropped();
}
