//! R8, R12, R13, R14, R15: `async_drop(value).await` drops a value by await where one says so. Its
//! future owns the value: cancelled at any time, it drops the rest, like any other future.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::future::async_drop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use owned::*;

fn values() -> (Conn, Plain, Conn) {
    (conn("0"), plain("1"), conn("2"))
}

type Erased = Pin<Box<dyn Future<Output = ()>>>;

async fn holds(captured: Conn) {
    let _captured = captured;
    let _local = conn("local");
    forever().await;
}

fn suspended() -> Erased {
    let mut future: Erased = Box::pin(holds(conn("captured")));
    assert!(poll_once(future.as_mut()).is_pending());
    future
}

macro_rules! check_awaited {
    ($title:expr, $polls:expr, $value:expr) => {
        check_body(
            $title,
            $polls,
            || async {
                let _before = plain("before");
                let value = $value;
                async_drop(value).await;
                tell("dropped");
            },
            || {
                let _before = plain("before");
                let value = $value;
                // No context to await it.
                drop(async_drop(value));
                tell("dropped");
            },
        )
    };
}

fn awaited() {
    check_awaited!("a value", 1, conn("value"));
    check_awaited!("a tuple", 2, values());
    check_awaited!("a reference drops nothing", 1, (&conn("temporary"), conn("value")));
    check_awaited!("a vector", 2, vec![conn("0"), conn("1"), conn("2")]);
    check_awaited!("a trait object", 2, {
        let object: Box<dyn Send> = Box::new(values());
        object
    });
    check_awaited!("a boxed future, not started", 1, Box::pin(holds(conn("captured"))) as Erased);
    check_awaited!("a boxed future, suspended", 1, suspended());
    check_awaited!("a future of async_drop, not started", 2, async_drop(values()));
    check_awaited!("a future of async_drop, in the second destructor", 1, {
        let mut future = Box::pin(async_drop(["x", "y", "z"].map(conn)));
        for _ in 0..2 {
            quietly(|| assert!(poll_once(future.as_mut()).is_pending()));
        }
        future
    });
}

/// Not awaited, its future is a value that is dropped at the end of its scope.
fn not_awaited() {
    check_block!("held", 2, {
        let _dropping = async_drop(values());
        tell("held");
    });
    check_block!("moved while not started", 2, {
        let dropping = async_drop(values());
        let moved = Some(dropping);
        let _moved = vec![moved];
        tell("moved");
    });
}

/// Polled by hand, and beyond its end.
fn completed() {
    let mut future = Box::pin(async_drop(conn("value")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(poll_once(future.as_mut()).is_ready());
    tell("completed");
    drop(future);
    println!("{}", told());

    for value in [None, Some(1)] {
        assert!(poll_once(pin!(async_drop(value))).is_ready());
    }
    assert!(poll_once(pin!(async_drop(String::from("string")))).is_ready());
    assert!(poll_once(pin!(async_drop(plain("plain")))).is_ready());
    assert!(poll_once(pin!(async_drop(None::<Conn>))).is_ready());
    println!("{}", told());

    let mut panics = Box::pin(async_drop((conn("value"), Panics)));
    assert!(poll_once(panics.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(panics.as_mut()))).is_err());
    tell("panicked");
    drop(panics);
    println!("{}", told());
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("panic"));
    }
}

fn main() {
    awaited();
    not_awaited();
    completed();
}
