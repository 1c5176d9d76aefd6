//! guards in the arms of a `match`

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 5;

#[cfg(not(by_hand))]
pub async fn future() {
    match black_box(1) {
        0 => {
            let _only = Guard::new(1);
            pause().await;
        }
        1 => {
            let _first = Guard::new(2);
            pause().await;
            let _second = Guard::new(3);
            pause().await;
        }
        _ => {}
    }
}

#[cfg(by_hand)]
pub async fn future() {
    match black_box(1) {
        0 => {
            let mut only = Guard::new(1);
            pause().await;
            only.close().await;
        }
        1 => {
            let mut first = Guard::new(2);
            pause().await;
            let mut second = Guard::new(3);
            pause().await;
            second.close().await;
            first.close().await;
        }
        _ => {}
    }
}
