//! R4, R16: a panic awaits only what is there: not what was moved, on the way that was taken, nor
//! what was not assigned yet.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::hint::black_box;

use unwinding::*;

async fn moved(moves: bool) {
    let value = g("value");
    let _other = g("other");
    if black_box(moves) {
        drop(value);
    }
    boom();
}

async fn moved_in_part(moves: bool) {
    let tuple = (g("0"), p("1"), g("2"));
    if black_box(moves) {
        drop(tuple.0);
        suspend().await;
    }
    boom();
}

async fn assigned_later(assigns: bool) {
    let _value;
    let _other = g("other");
    if black_box(assigns) {
        _value = g("value");
    }
    boom();
}

async fn assigned_anew(moves: bool) {
    let mut value = g("value");
    if black_box(moves) {
        drop(value);
        value = g("new value");
    }
    boom();
    drop(value);
}

async fn matched(value: Option<Graceful>) {
    match value {
        Some(value) if black_box(true) => {
            drop(value);
            boom();
        }
        _ => boom(),
    }
}

fn main() {
    set_hook();
    unwind("moved", moved(true));
    unwind("not moved", moved(false));
    unwind("moved in part", moved_in_part(true));
    unwind("not moved in part", moved_in_part(false));
    unwind("assigned later", assigned_later(true));
    unwind("not assigned", assigned_later(false));
    unwind("assigned anew", assigned_anew(true));
    unwind("not assigned anew", assigned_anew(false));
    unwind("matched", matched(Some(g("matched"))));
    unwind("nothing to match", matched(None));
}
