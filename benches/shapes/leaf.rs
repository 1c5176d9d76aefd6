//! one guard, at the end of its scope

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
pub async fn future() {
    let _guard = Guard::new(1);
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut guard = Guard::new(1);
    pause().await;
    guard.close().await;
}
