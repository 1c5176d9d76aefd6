//! Found by `./x.py fuzz --toolchain 1.95.0` as 201:5, edition 2024, opt-level 0. Seen: the old
//! element sync-dropped, and dropped twice when the future was cancelled.
//@ compile-flags: -Copt-level=0
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(incomplete_features, unused)]

#[path = "auxiliary/runtime.rs"]
mod runtime;
use runtime::*;

pub async fn f0() {
    mark(1);
    consume(Graceful::new(1));
    let mut a = [Graceful::new(1), Graceful::new(1)];
    a[0] = Graceful::new(1);
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    run(f0);
}
