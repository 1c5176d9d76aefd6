//! a guard in a loop that is left by `break`

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 15;

#[cfg(not(by_hand))]
pub async fn future() {
    let mut number = 0;
    loop {
        number += 1;
        let _guard = Guard::new(number);
        pause().await;
        if number == black_box(5) {
            break;
        }
    }
}

#[cfg(by_hand)]
pub async fn future() {
    let mut number = 0;
    loop {
        number += 1;
        let mut guard = Guard::new(number);
        pause().await;
        if number == black_box(5) {
            guard.close().await;
            break;
        }
        guard.close().await;
    }
}
