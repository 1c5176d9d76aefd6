//! An `Option` of a guard.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Guard, Work, failing, guard, poll_of};

fn option() -> Option<Guard> {
    (!failing()).then(|| guard(1))
}

#[cfg(implicit)]
async fn body() {
    let _option = option();
    Work.await;
}

#[cfg(by_hand)]
async fn body() {
    let mut option = option();
    Work.await;
    if let Some(guard) = &mut option {
        guard.close().await;
    }
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
