//! An enum with guards in two of its variants.

#![crate_type = "lib"]
#![cfg_attr(implicit, feature(async_drop))]
#![cfg_attr(implicit, allow(incomplete_features))]

#[path = "../guard.rs"]
mod guard;

use guard::{Guard, Work, failing, guard, poll_of};

enum Owner {
    One(Guard),
    Other(u32, Guard),
    None,
}

fn owner() -> Owner {
    match (failing(), failing()) {
        (true, true) => Owner::None,
        (true, false) => Owner::One(guard(1)),
        _ => Owner::Other(7, guard(2)),
    }
}

#[cfg(implicit)]
async fn body() {
    let _owner = owner();
    Work.await;
}

#[cfg(by_hand)]
async fn body() {
    let mut owner = owner();
    Work.await;
    match &mut owner {
        Owner::One(guard) => guard.close().await,
        Owner::Other(_, guard) => guard.close().await,
        Owner::None => {}
    }
}

#[unsafe(no_mangle)]
pub fn make() -> usize {
    poll_of(body)
}
