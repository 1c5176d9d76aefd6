//! an `Option` of a guard

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

fn some() -> Option<Guard> {
    black_box(true).then(|| Guard::new(1))
}

#[cfg(not(by_hand))]
pub async fn future() {
    let _option = some();
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut option = some();
    pause().await;
    if let Some(guard) = &mut option {
        guard.close().await;
    }
}
