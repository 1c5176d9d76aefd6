//! a closure that captured a guard; by hand, it gives the guard back

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
pub async fn future() {
    let guard = Guard::new(1);
    let closure = move || black_box(guard.number());
    pause().await;
    closure();
}

#[cfg(by_hand)]
pub async fn future() {
    let guard = Guard::new(1);
    let closure = move || {
        black_box(guard.number());
        guard
    };
    pause().await;
    closure().close().await;
}
