//! A value that no scope owns yet is dropped also if a sync `Drop` panics while the future is cancelled.
#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::{AsyncDrop, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

struct Value;

impl Drop for Value {
    fn drop(&mut self) {
        println!("dropped the value");
    }
}

struct Session;

impl Drop for Session {
    fn drop(&mut self) {
        println!("the session's Drop panics");
        resume_unwind(Box::new(()))
    }
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        pending().await
    }
}

async fn value() -> Value {
    let _session = Session;
    Value
}

fn main() {
    let mut future = Box::pin(value());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let cancelled = catch_unwind(AssertUnwindSafe(|| drop(future)));
    println!("panicked: {}", cancelled.is_err());
}
