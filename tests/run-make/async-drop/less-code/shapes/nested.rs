//! A scope in a scope.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Work, guard, poll_of};

#[cfg(implicit)]
async fn body() {
    let _outer = guard(1);
    Work.await;
    {
        let _inner = guard(2);
        Work.await;
    }
    Work.await;
}

#[cfg(by_hand)]
async fn body() {
    let mut outer = guard(1);
    Work.await;
    {
        let mut inner = guard(2);
        Work.await;
        inner.close().await;
    }
    Work.await;
    outer.close().await;
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
