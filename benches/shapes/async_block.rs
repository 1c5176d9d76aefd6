//! an `async move` block that captured a guard

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
pub async fn future() {
    let guard = Guard::new(1);
    let block = async move {
        pause().await;
        black_box(guard.number());
    };
    block.await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut guard = Guard::new(1);
    let block = async move {
        pause().await;
        black_box(guard.number());
        guard.close().await;
    };
    block.await;
}
