//! R11: no field is moved out of a value with an async destructor. `Drop`, which it has as well,
//! sees to that.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn {
    name: String,
}
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

async fn by_field(conn: Conn) -> String {
    conn.name
    //~^ ERROR cannot move out of type `Conn`, which implements the `Drop` trait
}

async fn by_pattern(conn: Conn) {
    let Conn { name } = conn;
    //~^ ERROR cannot move out of type `Conn`, which implements the `Drop` trait
}

async fn by_update(conn: Conn) -> Conn {
    Conn { ..conn }
    //~^ ERROR cannot move out of type `Conn`, which implements the `Drop` trait
}

fn main() {}
