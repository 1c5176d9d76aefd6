//! two `Arc`s of one guard, of which the second is the last

use std::sync::Arc;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
pub async fn future() {
    let first = Arc::new(Guard::new(1));
    let _second = first.clone();
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let first = Arc::new(Guard::new(1));
    let second = first.clone();
    pause().await;
    if let Some(mut guard) = Arc::into_inner(second) {
        guard.close().await;
    }
    if let Some(mut guard) = Arc::into_inner(first) {
        guard.close().await;
    }
}
