//! R5, R12, R13: an async closure owns what it captured, and it is awaited with the closure: after
//! any number of calls, or none. If the closure gives away what it captured, the future of the call
//! owns it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn called(calls: usize) {
    let (a, b, c) = (g("a"), Plain::new("b"), g("c"));
    let closure = async move |argument: Graceful| {
        let _local = g("local");
        let _captured = (&a, &b, &c, &argument);
        suspend().await;
        println!("    body");
    };
    for _ in 0..calls {
        closure(g("argument")).await;
        println!("    called");
    }
    println!("    end");
}

async fn mutates(calls: usize) {
    let mut value = g("0");
    let mut other = Some(g("other"));
    let mut closure = async move || {
        value = g("1");
        other = None;
        println!("    body");
    };
    for _ in 0..calls {
        closure().await;
    }
    println!("    end");
}

async fn gives_away(calls: bool) {
    let (a, b) = (g("a"), g("b"));
    let closure = async move || {
        let _moved = a;
        let _kept = &b;
        println!("    body");
    };
    if calls {
        closure().await;
    }
    println!("    end");
}

async fn moves_on(mut calls: impl AsyncFnMut(Graceful)) {
    calls(g("1")).await;
    println!("    called");
    calls(g("2")).await;
    println!("    called");
}

async fn once(call: impl AsyncFnOnce(Graceful) -> Graceful) {
    let _result = call(g("argument")).await;
    println!("    called");
}

async fn never(_call: impl AsyncFnOnce(Graceful) -> Graceful) {
    println!("    not called");
}

fn lends() -> impl AsyncFn(Graceful) {
    let captured = g("captured");
    async move |_: Graceful| {
        let _captured = &captured;
        println!("    body");
    }
}

fn returns() -> impl AsyncFn(Graceful) -> Graceful {
    let captured = g("captured");
    async move |argument| {
        let _captured = &captured;
        println!("    body");
        argument
    }
}

/// The future of a call that is not awaited holds the argument.
async fn not_awaited() {
    let captured = g("captured");
    let closure = async move |_: Graceful| {
        let _captured = &captured;
    };
    {
        let _first = closure(g("first"));
        let _second = closure(g("second"));
        println!("    called, not awaited");
    }
    closure(g("third")).await;
    println!("    end");
}

async fn nested() {
    let captured = g("captured");
    let outer = async move || {
        let captured = &captured;
        let inner_captured = g("inner captured");
        let inner = async move |_: Graceful| {
            let _both = (captured, &inner_captured);
            println!("    inner body");
        };
        inner(g("1")).await;
        inner(g("2")).await;
        println!("    outer body");
    };
    outer().await;
    outer().await;
    println!("    end");
}

async fn all() {
    run("never called", called(0)).await;
    run("called twice", called(2)).await;
    run("mutates, never called", mutates(0)).await;
    run("mutates, called twice", mutates(2)).await;
    run("gives away, never called", gives_away(false)).await;
    run("gives away, called", gives_away(true)).await;
    run("generic, called twice", moves_on(lends())).await;
    run("generic, called once", once(returns())).await;
    run("generic, never called", never(returns())).await;
    run("not awaited", not_awaited()).await;
    run("nested", nested()).await;
}

fn main() {
    block_on(all());
    for polls in 0..=2 {
        cancel_after("once, cancelled in a sync context", polls, once(returns()));
    }
    for polls in 0..=2 {
        println!("once, cancelled in an async body");
        block_on(leave_after(polls, once(returns())));
        assert_none_alive();
    }
}
