//! R23: without `std`, the library has another name in what the lint advises.
//@ edition: 2024
//@ check-pass
#![no_std]
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use core::future::AsyncDrop;
use core::pin::Pin;

pub struct Conn;

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

pub async fn awaits(conn: Conn) {
    drop(conn);
    //~^ WARN `drop` does not await destructors
}

pub fn cannot_await(_conn: Conn) {}
//~^ WARN `_conn` is dropped in a function that is not async
