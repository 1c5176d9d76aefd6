//! Fields and destructors with types that are not known.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn {
    socket: Missing,
    //~^ ERROR cannot find type `Missing` in this scope
}
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

struct Other;
impl Drop for Other {
    fn drop(&mut self) {}
}
impl AsyncDrop for Other {
    async fn drop(self: Pin<&mut Missing>) {}
    //~^ ERROR cannot find type `Missing` in this scope
}

impl AsyncDrop for Missing {
    //~^ ERROR cannot find type `Missing` in this scope
    async fn drop(self: Pin<&mut Self>) {}
}

async fn dropped(conn: Conn, other: Other) {
    let _values = (conn, vec![other]);
}

fn main() {}
