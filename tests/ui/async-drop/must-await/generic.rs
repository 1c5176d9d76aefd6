//! `#[must_await_drop]`: generic code of any crate that drops such a value is an error where it is
//! instantiated.
//@ edition: 2024
//@ build-fail
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

fn swallow<T>(_value: T) {}
//~^ ERROR a value of type `Conn` is dropped by `swallow::<Conn>`
//~| ERROR is dropped by `swallow::<{async closure@

fn replace<T>(slot: &mut (u8, Box<T>), value: T) {
    *slot = (1, Box::new(value));
    //~^ ERROR a value of type `(u8, Box<Conn>)` is dropped by `replace::<Conn>`
}

// What is in an enum or a collection is not known.
fn replace_if_any<T>(slot: &mut Option<T>, value: T) {
    *slot = Some(value);
}

fn pass_on<T>(value: T) -> Option<T> {
    Some(value)
}

fn main() {
    swallow(Conn);
    let conn = Conn;
    swallow(async move || {
        let _conn = &conn;
    });
    let mut slot = (0, Box::new(Conn));
    replace(&mut slot, Conn);
    std::mem::forget(slot);
    let mut slot = pass_on(Conn);
    replace_if_any(&mut slot, Conn);
    std::mem::forget(slot);
}
