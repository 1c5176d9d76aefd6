//! three scopes, each in the one before

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 6;

#[cfg(not(by_hand))]
pub async fn future() {
    let _first = Guard::new(1);
    pause().await;
    {
        let _second = Guard::new(2);
        pause().await;
        {
            let _third = Guard::new(3);
            pause().await;
        }
    }
}

#[cfg(by_hand)]
pub async fn future() {
    let mut first = Guard::new(1);
    pause().await;
    {
        let mut second = Guard::new(2);
        pause().await;
        {
            let mut third = Guard::new(3);
            pause().await;
            third.close().await;
        }
        second.close().await;
    }
    first.close().await;
}
