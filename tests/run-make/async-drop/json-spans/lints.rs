//! R23: what both lints mark.
#![feature(async_drop)]
#![allow(incomplete_features)]
#![warn(implicit_async_drop)]

extern crate conns;

use conns::Conn;

pub async fn awaited(early: bool) {
    let _first = Conn;
    if early {
        return;
    }
}

pub fn sync_scope() {
    let _second = Conn;
}

pub async fn sync_call(third: Conn) {
    drop(third);
}
