//! Has the feature, and drops by await what a crate without it has made.
#![feature(async_drop)]
#![allow(incomplete_features)]

extern crate with_feature;
extern crate without_feature;

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Waker};

use with_feature::{AWAITED, Guard, erase, hold};

async fn drops() {
    let _made_there = without_feature::erased();
    let _shared = without_feature::erased_elsewhere();
    let _not_inlined = without_feature::erased_here();
    // The same instances as there.
    let _made_here = erase(vec![Guard]);
    hold((Guard, 1)).await;
    without_feature::held().await;
}

fn main() {
    let context = &mut Context::from_waker(Waker::noop());
    assert!(pin!(drops()).poll(context).is_ready());
    assert_eq!(AWAITED.load(Ordering::Relaxed), 6);
}
