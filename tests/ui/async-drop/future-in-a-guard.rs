//! R6: when the destructor of a value has completed, its fields are dropped, also where one of them
//! is a future that could have something to await, and has not.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

#[path = "auxiliary/support.rs"]
mod support;

use support::*;

struct Guard<T> {
    _plain: Plain,
    _value: T,
}

impl<T> Guard<T> {
    fn new(value: T) -> Guard<T> {
        Guard { _plain: p("field"), _value: value }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        println!("    sync guard");
    }
}

impl<T> AsyncDrop for Guard<T> {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin guard");
        suspend().await;
        println!("    end guard");
    }
}

/// The future owns nothing before it is polled, and returns what it makes.
async fn makes_a_value() {
    let _guard = Guard::new(async { g("never made") });
}

async fn holds_a_value() {
    let value = g("captured");
    let _guard = Guard::new(async move { value });
}

fn main() {
    block_on(async {
        run("makes a value", makes_a_value()).await;
        run("holds a value", holds_a_value()).await;
    });
    cancel_after("makes a value", 1, makes_a_value());
    for polls in 1..=2 {
        cancel_after("holds a value", polls, holds_a_value());
    }
    assert_none_alive();
}
