//! Found by `./x.py fuzz --toolchain 1.95.0` as 201:6, edition 2021, opt-level 0. Seen: a crash,
//! SIGSEGV.
//@ compile-flags: -Copt-level=0
//@ edition: 2021
//@ run-pass
//@ check-run-results
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(incomplete_features, unused)]

#[path = "auxiliary/runtime.rs"]
mod runtime;
use runtime::*;

struct S0 {
    a: Graceful,
}

pub async fn f0() {
    let mut a = [Wrap(S0 { a: Graceful::new(1) }), Wrap(S0 { a: Graceful::new(1) })];
    a[0] = async { Wrap(S0 { a: Graceful::new(1) }) }.await;
    return;
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    run(f0);
}
