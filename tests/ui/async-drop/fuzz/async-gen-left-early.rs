//! Found by `./x.py fuzz --toolchain 1.95.0` as 201:1, edition 2024, opt-level 0. Seen: an internal
//! compiler error, broken MIR in the function that drops the generator.
//@ compile-flags: -Copt-level=0
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(incomplete_features, unused)]

#[path = "auxiliary/runtime.rs"]
mod runtime;
use std::pin::pin;

use runtime::*;

pub async fn f0() {
    suspend().await;
    {
        let b = async gen move {
            match ({ Some(Graceful::new(1)) }) {
                None => {}
                Some(a) => {}
            }
            yield Graceful::new(1);
        };
        let mut b = pin!(b);
        let c = poll_next(b.as_mut(), 1);
    };
    suspend().await;
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    run(f0);
}
