//! R23: in an async body, `drop(value)` can be replaced as it stands.
//@ edition: 2024
//@ run-rustfix
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

pub async fn dropped(conn: Conn, other: Conn) {
    drop(conn);
    //~^ WARN `drop` does not await destructors
    std::mem::drop(other);
    //~^ WARN `drop` does not await destructors
}

fn main() {}
