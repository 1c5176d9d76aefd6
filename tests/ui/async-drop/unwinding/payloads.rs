//! R16: what comes out of the last poll is the payload itself, whoever made it and whatever it is;
//! it is dropped once. The hook runs where the panic begins, and only there: not where the payload
//! goes on unwinding, and not for `resume_unwind`. `catch_unwind` around a poll that does not end
//! the unwinding catches nothing.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::task::Poll;

use unwinding::*;

/// A payload that knows where it is.
struct Own(Box<u8>, Plain);

async fn body(panic: fn()) {
    let _outer = g("outer");
    async {
        let _inner = g("inner");
        panic();
    }
    .await;
}

fn out_of_bounds() {
    let index = std::hint::black_box(3);
    let _ = [0; 3][index];
}

/// Drops the future before its payload.
fn payload(title: &str, panic: fn()) -> Payload {
    println!("{title}");
    let mut future = Box::pin(body(panic));
    poll_out(future.as_mut())
}

/// An executor that sees to it that a task that panics harms no other one.
async fn catches(panic: fn()) -> Result<(), Payload> {
    let _value = g("of the one that catches");
    let mut task = Box::pin(body(panic));
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    })
    .await
}

fn main() {
    set_hook();
    assert!(payload("panic!", || panic!("boom")).is::<&str>());
    assert!(payload("panic! with arguments", || panic!("{}", "boom")).is::<String>());
    assert!(payload("a panic of core", out_of_bounds).is::<String>());

    let own = payload("panic_any", || panic_any(Own(Box::new(7), p("payload"))));
    let own = own.downcast::<Own>().ok().unwrap();
    assert_eq!(*own.0, 7);
    drop(own);
    assert_none_alive();

    let address = payload("resume_unwind", || {
        let payload = Box::new(Own(Box::new(8), p("payload")));
        ADDRESS.set(&raw const *payload as usize);
        resume_unwind(payload);
    });
    let own = address.downcast::<Own>().ok().unwrap();
    assert_eq!((*own.0, &raw const *own as usize), (8, ADDRESS.get()));
    println!("    address kept");
    drop(own);
    assert_none_alive();

    println!("caught in an async body");
    let result = block_on(catches(|| panic!("boom")));
    println!("  caught {}", text(&result.unwrap_err()));
    assert_none_alive();

    println!("caught, then thrown on");
    let mut future = Box::pin(async {
        let _value = g("of the one that throws it on");
        let Err(payload) = catches(|| panic!("boom")).await else { return };
        resume_unwind(payload);
    });
    poll_out(future.as_mut());
    assert_none_alive();
}

thread_local! {
    static ADDRESS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
