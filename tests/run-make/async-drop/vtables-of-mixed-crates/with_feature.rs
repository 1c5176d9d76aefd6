//! A value with an async destructor, and generic code that erases types.
#![crate_type = "lib"]
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::any::Any;
use std::future::AsyncDrop;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

pub static AWAITED: AtomicUsize = AtomicUsize::new(0);

pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        std::future::ready(()).await;
        AWAITED.fetch_add(1, Ordering::Relaxed);
    }
}

pub fn erase<T: 'static>(value: T) -> Box<dyn Any> {
    Box::new(value)
}

pub async fn hold<T: 'static>(value: T) {
    let _erased = erase(value);
    std::future::ready(()).await;
}
