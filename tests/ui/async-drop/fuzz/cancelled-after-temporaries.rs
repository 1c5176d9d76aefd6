//! Found by `./x.py fuzz --toolchain 1.95.0` as 201:0, edition 2021, opt-level 0. Seen: a leak,
//! `alive 2 #0 #1` instead of `sync 1`.
//@ compile-flags: -Copt-level=0
//@ edition: 2021
//@ run-pass
//@ check-run-results
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(incomplete_features, unused)]

#[path = "auxiliary/runtime.rs"]
mod runtime;
use runtime::*;

pub async fn f0() {
    suspend().await;
    {
        {
            with(&Graceful::new(1), Graceful::new(1));
        }
    }
    suspend().await;
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    run(f0);
}
