//! R12: dropping a suspended future in a sync context sync-drops every value in scope, in reverse
//! order of declaration, whether its type has an async destructor or not.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn mixed() {
    let _a = Plain::new("a");
    let _b = Graceful::new("b");
    {
        let _inner = Graceful::new("inner");
        suspend().await;
    }
    let _c = (Plain::new("c.0"), Graceful::new("c.1"));
    suspend().await;
    let _d = Plain::new("d");
    forever().await;
}

async fn outer() {
    let _outer = Graceful::new("outer");
    mixed().await;
}

/// Each value has a drop flag that is set on some paths only.
async fn conditional(first: bool) {
    let a;
    let b;
    if first {
        a = Graceful::new("a");
        drop(a);
        b = Plain::new("b");
    } else {
        b = Plain::new("other b");
        a = Graceful::new("other a");
        suspend().await;
        let _moved = a;
        forever().await;
    }
    forever().await;
    drop(b);
}

async fn temporaries() {
    async fn hold<T>(_: &T, _: &T) {
        forever().await
    }
    hold(&Graceful::new("first"), &Graceful::new("second")).await;
}

async fn generic<T>(value: T) {
    let _value = value;
    forever().await;
}

struct Pair {
    _first: Graceful,
    _second: Plain,
}

async fn partly_moved() {
    let pair = Pair { _first: Graceful::new("first"), _second: Plain::new("second") };
    let _first = pair._first;
    forever().await;
}

fn main() {
    cancel_after("values only of an inner scope and around it", 1, mixed());
    cancel_after("a later suspension point", 3, mixed());
    cancel_after("nested futures", 2, outer());
    cancel_after("drop flags, moved away", 1, conditional(true));
    cancel_after("drop flags, before the move", 1, conditional(false));
    cancel_after("drop flags, after the move", 2, conditional(false));
    cancel_after("temporaries", 1, temporaries());
    cancel_after("a generic parameter", 1, generic(Graceful::new("value")));
    cancel_after("a generic parameter, plain", 1, generic(Plain::new("value")));
    cancel_after("a partial move", 1, partly_moved());
}
