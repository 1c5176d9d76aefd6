//! Guards that are closed by hand. They have no `Drop`, which favours them: it would be for the closes that are forgotten.

use std::hint::black_box;

use crate::harness::{closed, pause};

pub struct Guard(u64);

impl Guard {
    pub fn new(number: u64) -> Self {
        Self(black_box(number))
    }

    pub fn number(&self) -> u64 {
        self.0
    }

    pub async fn close(&mut self) {
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

    pub async fn close(&mut self) {
        let message = black_box([self.0; 16]);
        pause().await;
        closed(black_box(&message)[15]);
    }
}
