//! Has the feature, and gives its futures to a crate without it.
#![feature(async_drop)]
#![allow(incomplete_features)]

extern crate with_feature;
extern crate without_feature;

use with_feature::{Guard, hold};
use without_feature::{cancel, cancel_erased, relay};

async fn local() {
    let _local = Guard::new();
    relay(hold(Guard::new()), Guard::new()).await;
}

fn main() {
    cancel(hold(Guard::new()));
    cancel_erased(Box::pin(hold(Guard::new())));
    cancel(local());
    cancel_erased(Box::pin(local()));
    drop(local());
    drop(relay(hold(Guard::new()), Guard::new()));
    with_feature::assert_all_dropped(14);
}
