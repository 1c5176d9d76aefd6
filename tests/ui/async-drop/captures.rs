//! R5, R13: what a coroutine captured is awaited when its body completes, after the body's own
//! values, and when it is cancelled in an async body without ever having been polled.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn parameters(_a: Graceful, _: Graceful, (_b, _): (Graceful, Plain)) {
    let _local = Graceful::new("local");
}

fn block() -> impl Future<Output = ()> {
    let (a, b, c) = (Graceful::new("a"), Plain::new("b"), Graceful::new("c"));
    async move {
        let _local = Graceful::new("local");
        let _used = (&a, &b, &c);
    }
}

fn partly_moved() -> impl Future<Output = ()> {
    let pair = (Graceful::new("moved"), Graceful::new("stays"));
    let other = Graceful::new("other");
    async move {
        let _other = &other;
        let _first = pair.0;
        let _second = &pair.1;
        suspend().await;
    }
}

fn conditionally_moved(moves: bool) -> impl Future<Output = ()> {
    let value = Graceful::new("value");
    let other = Graceful::new("other");
    async move {
        let _other = &other;
        if moves {
            drop(value);
        }
    }
}

async fn closure() {
    let captured = Graceful::new("captured");
    let closure = async move |_argument: Graceful| {
        let _captured = &captured;
    };
    closure(Graceful::new("argument")).await;
    println!("    called");
}

fn all(title: &str, future: impl Fn() -> Box<dyn FnOnce()>) {
    println!("{title}");
    future()();
    assert_none_alive();
}

macro_rules! all {
    ($($title:literal: $future:expr, pending $polls:expr;)*) => {$(
        all(concat!($title, ", completed"), || Box::new(|| block_on($future)));
        for polls in 0..=$polls {
            all(concat!($title, ", cancelled in an async body"), || {
                Box::new(move || block_on(leave_after(polls, $future)))
            });
        }
        for polls in 0..=$polls {
            cancel_after(concat!($title, ", cancelled in a sync context"), polls, $future);
        }
    )*};
}

fn main() {
    all! {
        "parameters": parameters(
            Graceful::new("a"),
            Graceful::new("_"),
            (Graceful::new("b"), Plain::new("in _")),
        ), pending 4;
        "async block": block(), pending 3;
        "partly moved": partly_moved(), pending 3;
        "conditionally moved": conditionally_moved(true), pending 1;
        "conditionally kept": conditionally_moved(false), pending 2;
        "async closure": closure(), pending 2;
    }
}
