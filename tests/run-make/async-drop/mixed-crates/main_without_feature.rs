//! Has not the feature, and drops futures of a crate that has.
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
    cancel_erased(Box::pin(local()));
    drop(local());
    let mut slot = Some(Box::pin(hold(Guard::new())));
    drop(slot.take());
    with_feature::assert_all_dropped(7);
}
