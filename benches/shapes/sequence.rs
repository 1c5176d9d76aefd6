//! two scopes, one after the other

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 3;

#[cfg(not(by_hand))]
pub async fn future() {
    {
        let _first = Guard::new(1);
        pause().await;
    }
    {
        let _second = Guard::new(2);
        pause().await;
    }
}

#[cfg(by_hand)]
pub async fn future() {
    {
        let mut first = Guard::new(1);
        pause().await;
        first.close().await;
    }
    {
        let mut second = Guard::new(2);
        pause().await;
        second.close().await;
    }
}
