//! `#[must_await_drop]`: where the compiler sees that a value of such a type is dropped and nothing
//! awaits its destructor, that is an error, and no lint that can be allowed.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

#[must_await_drop]
pub struct Conn;

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

#[allow(async_drop_in_sync_context)]
fn scope() {
    let _conn = Conn;
    //~^ ERROR `_conn` is dropped in a function that is not async
}

fn assigned(conns: &mut [Option<Conn>]) {
    conns[0] = None;
    //~^ ERROR the old value of `conns[0]` is dropped in a function that is not async
}

async fn called(conn: Conn, conns: &mut Vec<Box<Conn>>) {
    drop(conn);
    //~^ ERROR `drop` does not await destructors
    conns.clear();
    //~^ ERROR `Vec::clear` does not await destructors
}

async fn awaited(conn: Conn, mut other: Conn) {
    other = Conn;
    std::future::async_drop(conn).await;
    let _pool = vec![other, Conn];
}

fn moved_on(conn: Conn) -> impl Future<Output = ()> {
    async move {
        let _conn = conn;
    }
}

fn main() {}
