//! R11: no negative impl, as for `Drop`.
//@ edition: 2024
#![feature(async_drop, negative_impls)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl !AsyncDrop for Conn {}
//~^ ERROR negative `AsyncDrop` impls are not supported

fn main() {}
