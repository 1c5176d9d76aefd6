//! a guard whose close needs 128 bytes of its own

use crate::guard::Slow;
use crate::harness::pause;

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
pub async fn future() {
    let _guard = Slow::new(1);
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut guard = Slow::new(1);
    pause().await;
    guard.close().await;
}
