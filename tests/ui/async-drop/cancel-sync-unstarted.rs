//! R12: dropping a future that was never polled in a sync context sync-drops its captures: those of
//! an async block and an async closure, and the parameters of an async function, in the order in
//! which captures are dropped.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn parameters(_a: Graceful, _: Plain, (_b, _c): (Graceful, Plain)) {}

struct Service(Plain);

impl Service {
    async fn run(self, _request: Graceful) {
        suspend().await;
    }
}

async fn generic<T>(_value: T) {}

fn main() {
    cancel_after(
        "async fn",
        0,
        parameters(
            Graceful::new("a"),
            Plain::new("ignored"),
            (Graceful::new("b"), Plain::new("c")),
        ),
    );

    let (a, b) = (Graceful::new("a"), Plain::new("b"));
    cancel_after("async block", 0, async move {
        suspend().await;
        let _both = (a, b);
    });

    let a = Graceful::new("a");
    cancel_after("async block that only borrows what it captures", 0, async move {
        let _a = &a;
        suspend().await;
    });

    cancel_after("method", 0, Service(Plain::new("self")).run(Graceful::new("request")));
    cancel_after("generic", 0, generic([Graceful::new("0"), Graceful::new("1")]));

    println!("async closure that lends what it captured");
    let captured = Graceful::new("captured");
    let closure = async move |argument: Graceful| {
        let _both = (&captured, argument);
        suspend().await;
    };
    drop(closure(Graceful::new("argument")));
    println!("  drop the closure");
    drop(closure);
    assert_none_alive();

    let captured = Graceful::new("captured");
    let closure = async move |_argument: Graceful| drop(captured);
    let future = closure(Graceful::new("argument"));
    cancel_after("async closure that gives away what it captured", 0, future);
}
