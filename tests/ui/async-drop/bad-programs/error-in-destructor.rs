//! A destructor whose body has an error.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        let number: u8 = "a text";
        //~^ ERROR mismatched types
        missing(number).await;
        //~^ ERROR cannot find function `missing` in this scope
    }
}

struct Borrows<'a>(&'a mut u8);
impl Drop for Borrows<'_> {
    fn drop(&mut self) {}
}
impl AsyncDrop for Borrows<'_> {
    async fn drop(mut self: Pin<&mut Self>) {
        let number = &mut *self.0;
        let again = &mut *self.0;
        //~^ ERROR cannot borrow `self` as mutable more than once at a time
        *number += *again;
    }
}

async fn dropped(conn: Conn) {
    let mut number = 0;
    let _values = (conn, Borrows(&mut number));
}

fn main() {}
