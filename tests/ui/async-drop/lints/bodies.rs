//! R23: `async_drop_in_sync_context` in the bodies that are no functions, and in destructors.
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;
use std::future::AsyncDrop;
use std::pin::Pin;

fn closures() {
    let conn = Conn;
    let captured = move || {
        conn.is_open();
    };
    captured();
    //~^^^^ WARN `captured` is dropped in a function that is not async
    let conn = Conn;
    let consuming = move || {
        let inner = conn;
        //~^ WARN `inner` is dropped in a closure that is not async
        inner.is_open();
    };
    consuming();
}

async fn closure_in_async_body() {
    let _closure = || {
        let conn = Conn;
        //~^ WARN `conn` is dropped in a closure that is not async
        conn.is_open()
    };
}

struct Pool {
    conn: Option<Conn>,
}

// Only this half: what it empties is not dropped by await.
impl Drop for Pool {
    fn drop(&mut self) {
        self.conn = None;
        //~^ WARN the old value of `self.conn` is dropped in a function that is not async
    }
}

struct Graceful {
    conn: Option<Conn>,
}

// The half that has to do without.
impl Drop for Graceful {
    fn drop(&mut self) {
        self.conn = None;
        std::mem::drop(self.conn.take());
        let close = || {
            let _conn = Conn;
        };
        close();
    }
}

impl AsyncDrop for Graceful {
    async fn drop(mut self: Pin<&mut Self>) {
        self.conn = None;
    }
}

fn main() {}
