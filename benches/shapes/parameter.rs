//! a guard that is a parameter

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

pub async fn future() {
    takes(Guard::new(1)).await;
}

#[cfg(not(by_hand))]
async fn takes(_guard: Guard) {
    pause().await;
}

#[cfg(by_hand)]
async fn takes(mut guard: Guard) {
    pause().await;
    guard.close().await;
}
