//! R12, R15: a future whose body or destructor panicked holds nothing: polling it again panics, and
//! dropping it, in a sync context or in an async body, drops and touches nothing.
//@ edition: 2024
//@ run-pass
//@ exec-env: RUST_BACKTRACE=0
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};

use support::*;

/// Panics in its destructor, after some suspensions.
struct Panics(usize, #[allow(dead_code)] Plain);

fn panics(suspensions: usize) -> Panics {
    Panics(suspensions, Plain::new("field"))
}

impl Drop for Panics {
    fn drop(&mut self) {}
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        let _lease = Graceful::new("lease of the destructor");
        for _ in 0..self.0 {
            suspend().await;
        }
        panic();
    }
}

fn panic() -> ! {
    resume_unwind(Box::new("panic"))
}

async fn in_the_body(_parameter: Graceful) {
    let _plain = Plain::new("plain");
    let _array = [Graceful::new("0"), Graceful::new("1")];
    suspend().await;
    let _late = (Graceful::new("late"), Plain::new("late"));
    panic();
}

async fn at_once(_parameter: Graceful) {
    let _local = Graceful::new("local");
    panic();
}

fn captured() -> impl Future {
    let (captured, plain) = (Graceful::new("captured"), Plain::new("plain"));
    async move {
        let _both = (&captured, &plain);
        suspend().await;
        panic();
    }
}

async fn nested() {
    let _outer = Graceful::new("outer");
    let _held = at_once(Graceful::new("not started"));
    in_the_body(Graceful::new("parameter")).await;
}

async fn pinned() {
    let _outer = Graceful::new("outer");
    let mut held = pin!(in_the_body(Graceful::new("held")));
    let _ = poll_once(held.as_mut());
    panic();
}

async fn in_a_destructor(suspensions: usize) {
    let _before = Graceful::new("before");
    let _plain = Plain::new("plain");
    let _panics = (Graceful::new("0"), panics(suspensions), Graceful::new("2"));
    let _after = Graceful::new("after");
}

async fn in_an_assignment() {
    let _before = Graceful::new("before");
    // What is assigned is dropped by await then, and must not panic too.
    let mut _value = Some(panics(1));
    _value = None;
}

async fn in_a_cancellation() {
    let _before = Graceful::new("before");
    let mut held = pin!(async {
        let _a = Graceful::new("a");
        let _b = panics(1);
        let _c = Graceful::new("c");
        forever().await;
    });
    let _ = poll_once(held.as_mut());
}

/// Polls until the panic comes out.
#[track_caller]
fn poison<F: Future>(mut future: Pin<&mut F>) {
    for _ in 0..1_000 {
        let poll = AssertUnwindSafe(|| poll_once(future.as_mut()).is_ready());
        match catch_unwind(poll) {
            Ok(ready) => assert!(!ready, "completed"),
            Err(payload) => {
                assert_eq!(*payload.downcast::<&str>().unwrap(), "panic");
                assert_none_alive();
                let again = AssertUnwindSafe(|| poll_once(future.as_mut()).is_ready());
                let payload = catch_unwind(again).expect_err("polled after it has panicked");
                let message = *payload.downcast::<&str>().unwrap();
                assert_eq!(message, "`async fn` resumed after panicking");
                assert_none_alive();
                return;
            }
        }
    }
    panic!("the future does not panic");
}

#[track_caller]
fn check<F: Future>(future: impl Fn() -> F) {
    let mut boxed = Box::pin(future());
    poison(boxed.as_mut());
    drop(boxed);
    assert_none_alive();

    block_on(async {
        {
            let mut future = pin!(future());
            poison(future.as_mut());
        }
        assert_none_alive();

        // Among other values, which it must not get in the way of.
        let mut futures = pin!(Some(future()));
        poison(futures.as_mut().as_pin_mut().unwrap());
        let _other = (Graceful::new("other"), Plain::new("other"));
    });
    assert_none_alive();
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    check(|| in_the_body(Graceful::new("parameter")));
    check(|| at_once(Graceful::new("parameter")));
    check(captured);
    check(nested);
    check(pinned);
    for suspensions in 0..2 {
        check(|| in_a_destructor(suspensions));
    }
    check(in_an_assignment);
    check(in_a_cancellation);
}
