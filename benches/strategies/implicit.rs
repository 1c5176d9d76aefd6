//! Guards that are dropped by await. Both this fork and rustc's prototype compile this.

use std::future::AsyncDrop;
use std::hint::black_box;
use std::pin::Pin;

use crate::harness::{closed, pause};

pub struct Guard(u64);

impl Guard {
    pub fn new(number: u64) -> Self {
        Self(black_box(number))
    }

    pub fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        pause().await;
        closed(self.0);
    }
}

/// One whose close needs memory of its own.
pub struct Slow(u64);

impl Slow {
    pub fn new(number: u64) -> Self {
        Self(black_box(number))
    }
}

impl Drop for Slow {
    fn drop(&mut self) {}
}

impl AsyncDrop for Slow {
    async fn drop(self: Pin<&mut Self>) {
        let message = black_box([self.0; 16]);
        pause().await;
        closed(black_box(&message)[15]);
    }
}
