//! R21: an `unsafe impl Send` promises that values of the type may be sent, its author has looked
//! at the fields. The destructor's future is checked all the same.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

struct Raw(*mut u8);

unsafe impl Send for Raw {} //~ ERROR cannot be sent between threads safely

impl Drop for Raw {
    fn drop(&mut self) {}
}

impl AsyncDrop for Raw {
    async fn drop(self: Pin<&mut Self>) {
        let shared = Rc::new(());
        ready(()).await;
        drop(shared);
    }
}

/// The future holds the value, which is promised to be `Send`.
struct Kept<T>(*mut T);

unsafe impl<T: Send> Send for Kept<T> {}

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Kept<T> {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
        let _ = self.0;
    }
}

/// The promise asks for less than the destructor does.
struct Broken<T: Default>(*mut T);

unsafe impl<T: Default> Send for Broken<T> {} //~ ERROR cannot be sent between threads safely

impl<T: Default> Drop for Broken<T> {
    fn drop(&mut self) {}
}

impl<T: Default> AsyncDrop for Broken<T> {
    async fn drop(self: Pin<&mut Self>) {
        let value = T::default();
        ready(()).await;
        drop(value);
    }
}

fn main() {}
