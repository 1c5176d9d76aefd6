//! R9: a future that awaits another one and drops it synchronously when it is ready has room for
//! what it takes to cancel the other, and for nothing that its drop would take when it is ready. A
//! boxed `dyn Future` has a pointer for the former. That is less than without the feature, where
//! the argument is stored twice.
//@ edition: 2024
//@ run-pass
//@ only-64bit
//@ revisions: off on
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

use std::pin::Pin;

async fn awaits(future: Pin<Box<dyn Future<Output = u8>>>) -> u8 {
    future.await
}

fn main() {
    let size = size_of_val(&awaits(Box::pin(std::future::ready(1))));
    assert_eq!(size, if cfg!(on) { 32 } else { 40 });
}
