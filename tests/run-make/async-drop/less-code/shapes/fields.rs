//! A struct with two guards.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Guard, Work, guard, poll_of};

struct Pair {
    first: Guard,
    second: Guard,
}

fn pair() -> Pair {
    Pair { first: guard(1), second: guard(2) }
}

#[cfg(implicit)]
async fn body() {
    let _pair = pair();
    Work.await;
}

#[cfg(by_hand)]
async fn body() {
    let mut pair = pair();
    Work.await;
    pair.first.close().await;
    pair.second.close().await;
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
