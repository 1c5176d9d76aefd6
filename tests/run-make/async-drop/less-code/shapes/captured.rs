//! An async block that captured a guard.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Work, guard, poll_of};

#[cfg(implicit)]
async fn body() {
    let guard = guard(1);
    async move {
        Work.await;
        let _captured = &guard;
    }
    .await;
}

#[cfg(by_hand)]
async fn body() {
    let mut guard = guard(1);
    async move {
        Work.await;
        guard.close().await;
    }
    .await;
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
