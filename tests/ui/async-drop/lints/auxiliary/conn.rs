//! A type with an async destructor, for the tests of the lints. Include it with `#[path]`.

#![allow(dead_code)]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Conn;

impl Conn {
    pub fn open() -> Result<Conn, String> {
        Ok(Conn)
    }

    pub fn is_open(&self) -> bool {
        true
    }
}

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}
