//! R12, R15: polling a future after it has completed panics and drops nothing, and so does dropping
//! it then, in a sync context as in an async body.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ exec-env: RUST_BACKTRACE=0
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use support::*;

async fn function(_a: Graceful, _: Graceful) -> Plain {
    let _array = [Graceful::new("0"), Graceful::new("1")];
    suspend().await;
    Plain::new("output")
}

fn block() -> impl Future<Output = Plain> {
    let captured = Graceful::new("captured");
    async move {
        let _captured = &captured;
        Plain::new("output")
    }
}

async fn early() -> Option<Plain> {
    let _local = Graceful::new("local");
    None?
}

async fn of_a_closure() {
    let closure = async |_: Graceful| {};
    closure(Graceful::new("argument")).await;
}

/// Awaits no drop itself.
async fn plain() {
    let _plain = Plain::new("plain");
    suspend().await;
}

fn complete<F: Future>(mut future: Pin<&mut F>) {
    while poll_once(future.as_mut()).is_pending() {}
    assert_none_alive();
    for _ in 0..2 {
        let result = catch_unwind(AssertUnwindSafe(|| poll_once(future.as_mut()).is_pending()));
        let payload = result.expect_err("polled after it has completed");
        println!("  {}", payload.downcast::<&str>().unwrap());
    }
}

fn check<F: Future>(title: &str, future: impl Fn() -> F) {
    println!("{title}");
    let mut boxed = Box::pin(future());
    complete(boxed.as_mut());
    println!("  drop");
    drop(boxed);
    assert_none_alive();

    block_on(async {
        {
            let mut future = pin!(future());
            complete(future.as_mut());
            println!("  leave");
        }
        println!("  left");
    });
    assert_none_alive();
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    check("function", || function(Graceful::new("a"), Graceful::new("_")));
    check("block", block);
    check("early exit", early);
    check("closure", of_a_closure);
    check("plain", plain);
}
