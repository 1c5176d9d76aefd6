//! A guard in a loop.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Work, failing, guard, poll_of};

#[cfg(implicit)]
async fn body() {
    while !failing() {
        let _guard = guard(1);
        Work.await;
    }
}

#[cfg(by_hand)]
async fn body() {
    while !failing() {
        let mut guard = guard(1);
        Work.await;
        guard.close().await;
    }
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
