//! A guard that is a parameter.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Guard, Work, guard, poll_of};

#[cfg(implicit)]
async fn takes(_guard: Guard) {
    Work.await;
}

#[cfg(by_hand)]
async fn takes(mut guard: Guard) {
    Work.await;
    guard.close().await;
}

async fn body() {
    takes(guard(1)).await;
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
