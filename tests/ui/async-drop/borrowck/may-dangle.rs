//! R22: `#[may_dangle]` on `Drop` says that the forceful half does not look at values of a type. It
//! says nothing of the graceful half, which may, and runs in its place. So a reference in the value
//! has to outlive it.
//@ edition: 2024
#![feature(async_drop, dropck_eyepatch)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Prints<T: std::fmt::Debug>(T);

unsafe impl<#[may_dangle] T: std::fmt::Debug> Drop for Prints<T> {
    fn drop(&mut self) {}
}

impl<T: std::fmt::Debug> AsyncDrop for Prints<T> {
    async fn drop(self: Pin<&mut Self>) {
        println!("{:?}", self.0);
    }
}

async fn dangles() {
    let _prints;
    let text = String::from("gone");
    _prints = Prints(&text); //~ ERROR `text` does not live long enough
}

async fn lives() {
    let text = String::from("there");
    let _prints = Prints(&text);
}

fn main() {
    let _ = dangles();
    let _ = lives();
}
