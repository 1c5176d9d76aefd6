//! A destructor that drops a value of its own type awaits itself without end.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn(u8);
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        //~^ ERROR recursion in an async fn requires boxing
        let _again = Conn(self.0);
    }
}

async fn dropped() {
    let _conn = Conn(1);
}

fn main() {}
