//! R8: if the source of a crate does not switch the feature on, its types do not own what they name
//! as a `dyn Trait` themselves. A flag that does so says nothing of the author. All else that they
//! own counts, and so does a trait object that a body drops.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: source flag
//@ [flag] compile-flags: -Zcrate-attr=feature(async_drop)
#![cfg_attr(source, feature(async_drop))]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "../auxiliary/support.rs"]
mod support;

use std::mem::needs_async_drop;

use support::*;

trait Trait {}

impl Trait for Graceful {}

struct Names(#[allow(dead_code)] Box<dyn Trait>);

struct Holds<T>(#[allow(dead_code)] T);

fn main() {
    println!("names a trait object: {}", needs_async_drop::<Names>());
    println!("a type argument does: {}", needs_async_drop::<Holds<Box<dyn Trait>>>());
    println!("holds a value: {}", needs_async_drop::<Holds<Graceful>>());
    block_on(async {
        run("names a trait object", async {
            let _value = Names(Box::new(g("value")));
        })
        .await;
        run("a type argument does", async {
            let _value: Holds<Box<dyn Trait>> = Holds(Box::new(g("value")));
        })
        .await;
        run("a trait object", async {
            let _value: Box<dyn Trait> = Box::new(g("value"));
        })
        .await;
        run("holds a value", async {
            let _value = Holds(g("value"));
        })
        .await;
    });
}
