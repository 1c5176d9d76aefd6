//! R6: a destructor that has completed replaces `Drop::drop` of that value, and of that value only;
//! its fields are dropped next, each by its own rule. A type with only `Drop` runs it before its
//! fields are awaited. Each value is dropped once, by one of the two.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::pin::Pin;

use support::*;

/// Has both, and fields with either.
struct Both<T>(&'static str, T);

impl<T> Drop for Both<T> {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
    }
}

impl<T> AsyncDrop for Both<T> {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin {}", self.0);
        suspend().await;
        println!("    end {}", self.0);
    }
}

/// Has only `Drop`.
struct Forceful<T>(&'static str, T);

impl<T> Drop for Forceful<T> {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
    }
}

/// Has neither.
struct Neither<T, U>(T, U);

/// Its variants share one destructor.
enum Either {
    Left(Graceful, Plain),
    Right { both: Both<Plain> },
    Nothing,
}

impl Drop for Either {
    fn drop(&mut self) {
        println!("    sync either");
    }
}

impl AsyncDrop for Either {
    async fn drop(mut self: Pin<&mut Self>) {
        println!("    begin either");
        suspend().await;
        // Whatever the destructor leaves in the value is what is dropped afterwards.
        if let Either::Right { both } = &mut *self {
            both.1 = p("replaced");
        }
        println!("    end either");
    }
}

/// A destructor that never suspends.
struct Ready(Plain, Graceful);

impl Drop for Ready {
    fn drop(&mut self) {
        println!("    sync ready");
    }
}

impl AsyncDrop for Ready {
    async fn drop(self: Pin<&mut Self>) {
        println!("    ready");
    }
}

/// A destructor that takes a field out, so that what is left has nothing to drop.
struct Takes(Option<Graceful>, Option<Plain>);

impl Drop for Takes {
    fn drop(&mut self) {
        println!("    sync takes");
    }
}

impl AsyncDrop for Takes {
    async fn drop(mut self: Pin<&mut Self>) {
        println!("    begin takes");
        let _graceful = self.0.take();
        let plain = self.1.take();
        drop(plain);
        suspend().await;
        println!("    end takes");
    }
}

macro_rules! all {
    ($($title:literal: $value:expr, pending $polls:expr;)*) => {$(
        let body = async || {
            let _value = $value;
        };
        println!(concat!($title, ", completed"));
        block_on(body());
        assert_none_alive();
        for polls in 1..=$polls {
            cancel_after(concat!($title, ", cancelled"), polls, body());
        }
    )*};
}

fn main() {
    all! {
        "both in forceful": Forceful("forceful", (p("0"), Both("both", g("1")))), pending 2;
        "forceful in both": Both("both", Forceful("forceful", (g("0"), p("1")))), pending 2;
        "both in both": Both("outer", [Both("inner", p("0")), Both("inner", p("1"))]), pending 3;
        "forceful in forceful": Forceful("outer", Forceful("inner", g("value"))), pending 1;
        "neither": Neither(Both("both", p("plain")), Forceful("forceful", g("value"))), pending 2;
        "left": Either::Left(g("left.0"), p("left.1")), pending 2;
        "right": Either::Right { both: Both("both", p("plain")) }, pending 2;
        "nothing": Either::Nothing, pending 1;
        "ready": Ready(p("0"), g("1")), pending 1;
        "takes": Takes(Some(g("0")), Some(p("1"))), pending 2;
        "takes nothing": Takes(None, None), pending 1;
        "without fields": Both("both", ()), pending 1;
    }
}
