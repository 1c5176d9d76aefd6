//! a tuple with two guards and plain values

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 3;

#[cfg(not(by_hand))]
pub async fn future() {
    let _tuple = (Guard::new(1), 7_u32, Guard::new(2));
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut tuple = (Guard::new(1), 7_u32, Guard::new(2));
    pause().await;
    tuple.0.close().await;
    tuple.2.close().await;
}
