//! R23: the lints can be set where a value is declared, for an item, and for a crate.
//@ edition: 2024

#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

#[allow(async_drop_in_sync_context)]
fn allowed() {
    let _conn = Conn;
    drop(Conn);
}

fn on_a_statement() {
    #[allow(async_drop_in_sync_context)]
    let _conn = Conn;
    #[expect(async_drop_in_sync_context)]
    drop(Conn);
    #[expect(async_drop_in_sync_context)]
    //~^ WARN this lint expectation is unfulfilled
    //~| WARN this lint expectation is unfulfilled
    drop(String::new());
}

#[deny(async_drop_in_sync_context)]
fn denied() {
    let _conn = Conn;
    //~^ ERROR `_conn` is dropped in a function that is not async
}

#[deny(implicit_async_drop)]
async fn marked() {
    let _conn = Conn;
} //~ ERROR the destructor of `_conn` is awaited

fn main() {}
