//! Guards whose `Drop` blocks the thread until they are closed.

use std::hint::black_box;
use std::process::ExitCode;

use crate::harness::{closed, main_on, pause};

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
    fn drop(&mut self) {
        workarounds::block_on(async {
            pause().await;
            closed(self.0);
        });
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
    fn drop(&mut self) {
        workarounds::block_on(async {
            let message = black_box([self.0; 16]);
            pause().await;
            closed(black_box(&message)[15]);
        });
    }
}

pub fn main<F: Future<Output = ()>>(make: fn() -> F, sum: u64) -> ExitCode {
    let runtime = workarounds::runtime(0);
    main_on(make, sum, &|| {
        runtime.block_on(make());
        0
    })
}
