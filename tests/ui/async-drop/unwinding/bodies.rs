//! R16, R18: a panic in an async body, or in what it calls, awaits the destructors of what the body
//! holds, in the order in which its scopes are left. What was declared after the last of them is
//! sync-dropped first. Then the panic comes out of the poll.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3 os
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
//@[os] compile-flags: -C opt-level=s
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use unwinding::*;

async fn in_the_body(_parameter: Graceful) {
    let _plain = p("plain");
    let _graceful = g("graceful");
    let _late = p("late");
    boom();
    let _not_made = g("not made");
}

async fn after_a_suspension() {
    let _outer = Graceful::suspending("outer", 2);
    {
        let _inner = g("inner");
        suspend().await;
        boom();
    }
}

async fn before_all() {
    boom();
    let _not_made = g("not made");
}

fn callee(_given: Graceful) {
    let _local = p("local of the callee");
    boom();
}

async fn in_a_callee() {
    let _first = g("first");
    let given = g("given");
    let _second = p("second");
    callee(given);
}

async fn parameters(_: Graceful, (_a, _): (Graceful, Graceful), _b: Plain) {
    suspend().await;
    boom();
}

fn captures() -> impl Future {
    let (first, plain, second) = (g("first capture"), p("plain capture"), g("second capture"));
    async move {
        let _all = (&first, &plain, &second);
        let _local = g("local");
        boom();
    }
}

async fn closure() {
    let captured = g("captured");
    let closure = async move |_argument: Graceful| {
        let _captured = &captured;
        boom();
    };
    closure(g("argument")).await;
}

async fn only_plain() {
    let _first = p("first");
    suspend().await;
    let _second = p("second");
    boom();
}

fn main() {
    set_hook();
    unwind("in the body", in_the_body(g("parameter")));
    unwind("after a suspension", after_a_suspension());
    unwind("before all", before_all());
    unwind("in a callee", in_a_callee());
    unwind("parameters", parameters(g("_"), (g("(a, _)"), g("(_, b)")), p("b")));
    unwind("captures", captures());
    unwind("closure", closure());
    unwind("only plain values", only_plain());
}
