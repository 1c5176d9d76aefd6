//! R8, R13, R14, R15: `run_until_cancelled` completes with the future or, once the signal is there,
//! with `None`, after the future was dropped by await. Cancelled itself, it drops both futures.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::future::{poll_fn, ready, run_until_cancelled};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use owned::*;

/// Suspends as often as told, then returns, and drops its two values by that.
async fn work(suspensions: usize) -> &'static str {
    let _first = conn("first");
    let _second = (conn("second"), plain("and"));
    for _ in 0..suspensions {
        suspend().await;
    }
    tell("work");
    "output"
}

/// Is ready once it was polled more often than told.
async fn signal(suspensions: usize) {
    let _held = plain("signal");
    for _ in 0..suspensions {
        suspend().await;
    }
}

/// A signal that owns something to be awaited.
async fn graceful_signal(suspensions: usize) {
    let _held = conn("signal");
    for _ in 0..suspensions {
        suspend().await;
    }
}

/// A signal that owns nothing, not even after it was ready.
fn bare_signal(suspensions: usize) -> impl Future<Output = ()> + Unpin {
    let mut polls = 0;
    poll_fn(move |_| {
        assert!(polls <= suspensions, "the signal was polled after it was ready");
        polls += 1;
        if polls > suspensions { Poll::Ready(()) } else { Poll::Pending }
    })
}

async fn output<T: std::fmt::Debug>(running: impl Future<Output = T>) {
    let output = running.await;
    tell(format!("{output:?}"));
}

fn completes(title: &str, running: impl Future<Output = impl std::fmt::Debug>) {
    block_on(output(running));
    println!("{title}: {}", told());
}

fn first_of_both() {
    completes("the future is ready at once", run_until_cancelled(ready(1), bare_signal(9)));
    completes("the future is ready first", run_until_cancelled(work(2), bare_signal(9)));
    completes("the signal is there at once", run_until_cancelled(work(2), bare_signal(0)));
    completes("the signal comes in between", run_until_cancelled(work(9), bare_signal(2)));
    completes("the signal comes in a destructor", run_until_cancelled(work(0), bare_signal(1)));
    completes("the signal never comes", run_until_cancelled(work(2), forever()));
    completes("a boxed future", {
        let boxed: Pin<Box<dyn Future<Output = &'static str>>> = Box::pin(work(9));
        run_until_cancelled(boxed, bare_signal(2))
    });
    completes("one in the other, the outer is cancelled", {
        run_until_cancelled(run_until_cancelled(work(9), bare_signal(5)), bare_signal(2))
    });
    completes("one in the other, the inner is cancelled", {
        run_until_cancelled(run_until_cancelled(work(9), bare_signal(2)), bare_signal(9))
    });
    completes("an output that is awaited", async {
        let output = run_until_cancelled(async { conn("output") }, bare_signal(9)).await;
        tell("returned");
        output.is_some()
    });
}

/// The signal is a future that owns something, too.
fn signals() {
    completes("the signal is dropped", run_until_cancelled(ready(1), started(plain("captured"))));
    completes("the signal's values", async {
        let output = run_until_cancelled(suspend(), signal(9)).await;
        tell("returned");
        output
    });
    completes("the signal's awaited values", async {
        let output = run_until_cancelled(suspend(), graceful_signal(9)).await;
        tell("returned");
        output
    });
}

async fn started(value: Plain) {
    let _value = value;
    forever().await
}

fn cancelled() {
    let running = |signals| async move {
        let _around = plain("around");
        run_until_cancelled(work(9), bare_signal(signals)).await;
        tell("returned");
    };
    for (title, signals) in [("cancelled while it runs", 99), ("cancelled while it cancels", 0)] {
        let sync = || {
            let mut running = Box::pin(running(signals));
            assert!(poll_once(running.as_mut()).is_pending());
        };
        check_body(title, 1, || leave_after_poll(running(signals)), sync);
    }
}

async fn leave_after_poll(future: impl Future) {
    let mut future = pin!(future);
    assert!(poll_once(future.as_mut()).is_pending());
}

fn panics() {
    let running = run_until_cancelled(
        async {
            let _local = conn("local");
            suspend().await;
            resume_unwind(Box::new("panic"));
        },
        graceful_signal(9),
    );
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(output(running)))).is_err());
    println!("the future panics: {}", told());
}

fn main() {
    first_of_both();
    signals();
    cancelled();
    panics();
}
