//! R23: an async function of a crate without the feature awaits no destructor of what it is given.
//@ edition: 2024
//@ check-pass
//@ aux-build: without_feature.rs
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

extern crate without_feature;

async fn given(conn: Conn, other: Conn, third: Conn) {
    without_feature::swallow(conn).await;
    //~^ WARN `swallow` is async, but awaits no destructor
    let _other = without_feature::give_back(other).await;
    without_feature::swallow(1).await;
    let _ = without_feature::keep(third).await;
}

fn main() {}
