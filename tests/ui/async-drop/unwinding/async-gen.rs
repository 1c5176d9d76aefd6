//! R16: the body of an `async gen` awaits what it holds when it panics, and the panic comes out of
//! `poll_next`. Meanwhile it gives no item. The body of a `gen`, which awaits nothing, sync-drops.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::async_iter::AsyncIterator;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use unwinding::*;

async gen fn generator(_parameter: Graceful) -> Graceful {
    let _value = g("held by the generator");
    yield g("item");
    let _second = p("plain");
    boom();
    yield g("not made");
}

async fn next<G: AsyncIterator>(mut generator: Pin<&mut G>) -> Option<G::Item> {
    poll_fn(|context| generator.as_mut().poll_next(context)).await
}

async fn consumer() {
    let _outside = g("outside");
    let mut generator = pin!(generator(g("parameter")));
    while let Some(_item) = next(generator.as_mut()).await {
        println!("    item");
    }
}

gen fn sync_generator(_parameter: Graceful) -> u8 {
    let _value = g("held by the generator");
    yield 1;
    boom();
}

fn main() {
    set_hook();
    unwind("async gen", consumer());
    println!("gen");
    let mut generator = sync_generator(g("parameter"));
    assert_eq!(generator.next(), Some(1));
    let payload = catch_unwind(AssertUnwindSafe(|| generator.next())).unwrap_err();
    println!("  caught {}", text(&payload));
    assert_none_alive();
}
