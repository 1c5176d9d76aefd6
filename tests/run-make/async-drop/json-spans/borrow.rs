//! R22: an implicit await that outlives what the value borrows.
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

struct Logs<'a>(&'a mut Vec<u32>);

impl Drop for Logs<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Logs<'_> {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

pub async fn log() -> Vec<u32> {
    let mut list = vec![];
    let _logs = Logs(&mut list);
    list
}
