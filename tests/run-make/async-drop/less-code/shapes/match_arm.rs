//! Guards in the arms of a `match`.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Work, failing, guard, poll_of};

#[cfg(implicit)]
async fn body() {
    match failing() {
        false => {
            let _guard = guard(1);
            Work.await;
        }
        true => {
            let _guard = guard(2);
        }
    }
}

#[cfg(by_hand)]
async fn body() {
    match failing() {
        false => {
            let mut guard = guard(1);
            Work.await;
            guard.close().await;
        }
        true => {
            let mut guard = guard(2);
            guard.close().await;
        }
    }
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
