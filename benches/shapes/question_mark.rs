//! two guards, and a `?` that leaves the function while the first is alive, or both

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 3;

async fn step(fails: bool) -> Result<u64, u64> {
    pause().await;
    if black_box(fails) { Err(1) } else { Ok(2) }
}

pub async fn future() {
    let _ = black_box(steps().await);
}

#[cfg(not(by_hand))]
async fn steps() -> Result<u64, u64> {
    let _first = Guard::new(1);
    let one = step(false).await?;
    let _second = Guard::new(2);
    let two = step(true).await?;
    Ok(one + two)
}

#[cfg(by_hand)]
async fn steps() -> Result<u64, u64> {
    let mut first = Guard::new(1);
    let one = match step(false).await {
        Ok(one) => one,
        Err(error) => {
            first.close().await;
            return Err(error);
        }
    };
    let mut second = Guard::new(2);
    let two = match step(true).await {
        Ok(two) => two,
        Err(error) => {
            second.close().await;
            first.close().await;
            return Err(error);
        }
    };
    second.close().await;
    first.close().await;
    Ok(one + two)
}
