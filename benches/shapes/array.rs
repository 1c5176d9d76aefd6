//! an array of eight guards

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 36;

fn guards() -> [Guard; 8] {
    std::array::from_fn(|index| Guard::new(index as u64 + 1))
}

#[cfg(not(by_hand))]
pub async fn future() {
    let _guards = guards();
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut guards = guards();
    pause().await;
    for guard in &mut guards {
        guard.close().await;
    }
}
