//! Guards whose `Drop` spawns a task that closes them.

use std::hint::black_box;
use std::process::ExitCode;

use crate::harness::{closed, closed_so_far, main_on, pause};

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
        let number = self.0;
        workarounds::spawn(async move {
            pause().await;
            closed(number);
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
        let number = self.0;
        workarounds::spawn(async move {
            let message = black_box([number; 16]);
            pause().await;
            closed(black_box(&message)[15]);
        });
    }
}

/// Until all that was spawned has ended.
pub fn main<F: Future<Output = ()>>(make: fn() -> F, sum: u64) -> ExitCode {
    let runtime = workarounds::runtime(0);
    main_on(make, sum, &|| {
        runtime.block_on(async {
            let end = closed_so_far() + sum;
            make().await;
            while closed_so_far() < end {
                workarounds::task::yield_now().await;
            }
        });
        0
    })
}
