//! Guards in the wrapper of the crate async-dropper. Its `Drop` blocks a thread of the runtime.

use std::hint::black_box;
use std::process::ExitCode;

use workarounds::{AsyncDrop, AsyncDropper, async_trait};

use crate::harness::{closed, main_on, pause};

pub struct Guard(AsyncDropper<Closing>);

impl Guard {
    pub fn new(number: u64) -> Self {
        Self(AsyncDropper::new(Closing(black_box(number))))
    }

    pub fn number(&self) -> u64 {
        self.0.inner().0
    }
}

#[derive(Default)]
struct Closing(u64);

#[async_trait]
impl AsyncDrop for Closing {
    async fn async_drop(&mut self) {
        pause().await;
        closed(self.0);
    }
}

/// One whose close needs memory of its own.
pub struct Slow(#[expect(dead_code, reason = "for its drop")] AsyncDropper<SlowlyClosing>);

impl Slow {
    pub fn new(number: u64) -> Self {
        Self(AsyncDropper::new(SlowlyClosing(black_box(number))))
    }
}

#[derive(Default)]
struct SlowlyClosing(u64);

#[async_trait]
impl AsyncDrop for SlowlyClosing {
    async fn async_drop(&mut self) {
        let message = black_box([self.0; 16]);
        pause().await;
        closed(black_box(&message)[15]);
    }
}

pub fn main<F: Future<Output = ()>>(make: fn() -> F, sum: u64) -> ExitCode {
    let runtime = workarounds::runtime(2);
    main_on(make, sum, &|| {
        runtime.block_on(make());
        0
    })
}
