//! a struct with two guards

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 3;

struct Pair {
    reader: Guard,
    writer: Guard,
}

impl Pair {
    fn new() -> Self {
        Self { reader: Guard::new(1), writer: Guard::new(2) }
    }

    fn sum(&self) -> u64 {
        self.reader.number() + self.writer.number()
    }
}

#[cfg(not(by_hand))]
pub async fn future() {
    let pair = Pair::new();
    pause().await;
    std::hint::black_box(pair.sum());
}

#[cfg(by_hand)]
pub async fn future() {
    let mut pair = Pair::new();
    pause().await;
    std::hint::black_box(pair.sum());
    pair.reader.close().await;
    pair.writer.close().await;
}
