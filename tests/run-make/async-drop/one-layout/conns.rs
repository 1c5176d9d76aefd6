//! R24: the crate with the feature. It makes generic futures, and generators that drop a value.

#![crate_type = "lib"]
#![feature(async_drop, gen_blocks)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

pub struct Conn;

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

pub async fn wrap<T>(value: T) {
    let _values = (Conn, value, Box::new(1u8));
    ready(()).await;
}

/// Holds nothing that is awaited while it is suspended, but drops such a value.
pub fn numbers() -> impl Iterator<Item = u8> {
    gen {
        drop_in_scope(Conn);
        yield 1;
    }
}

fn drop_in_scope(conn: Conn) {
    let _conn = conn;
}

/// The same with a drop of its own.
pub fn more_numbers() -> impl Iterator<Item = u8> {
    gen {
        {
            let _conn = Conn;
        }
        yield 1;
    }
}
