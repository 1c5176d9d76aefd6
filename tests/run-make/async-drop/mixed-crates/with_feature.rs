//! Has values with async destructors, and futures that hold them.
#![crate_type = "lib"]
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

pub static MADE: AtomicUsize = AtomicUsize::new(0);
pub static DROPPED: AtomicUsize = AtomicUsize::new(0);

pub struct Guard(#[allow(dead_code)] Box<usize>);

impl Guard {
    pub fn new() -> Guard {
        Guard(Box::new(MADE.fetch_add(1, Ordering::Relaxed)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        std::future::ready(()).await;
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

pub async fn hold(parameter: Guard) {
    let _local = Guard::new();
    std::future::pending::<()>().await;
    drop(parameter);
}

pub fn assert_all_dropped(count: usize) {
    assert_eq!(MADE.load(Ordering::Relaxed), count);
    assert_eq!(DROPPED.load(Ordering::Relaxed), count);
}
