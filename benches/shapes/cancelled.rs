//! a future that loses, as in `select!`, while it holds a guard; by hand, the guard has to be outside of it

use std::future::pending;
use std::pin::pin;

use crate::guard::Guard;
use crate::harness::{PollOnce, pause};

pub const SUM: u64 = 1;

#[cfg(not(by_hand))]
async fn loser() {
    let _guard = Guard::new(1);
    pending::<()>().await;
}

#[cfg(not(by_hand))]
pub async fn future() {
    pause().await;
    {
        let mut loser = pin!(loser());
        PollOnce(loser.as_mut()).await;
    }
}

#[cfg(by_hand)]
async fn loser(guard: &mut Guard) {
    std::hint::black_box(guard.number());
    pending::<()>().await;
}

#[cfg(by_hand)]
pub async fn future() {
    pause().await;
    let mut guard = Guard::new(1);
    {
        let mut loser = pin!(loser(&mut guard));
        PollOnce(loser.as_mut()).await;
    }
    guard.close().await;
}
