//! Two scopes, one after the other.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Work, guard, poll_of};

#[cfg(implicit)]
async fn body() {
    {
        let _first = guard(1);
        Work.await;
    }
    {
        let _second = guard(2);
        Work.await;
    }
}

#[cfg(by_hand)]
async fn body() {
    {
        let mut first = guard(1);
        Work.await;
        first.close().await;
    }
    {
        let mut second = guard(2);
        Work.await;
        second.close().await;
    }
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
