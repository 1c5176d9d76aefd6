//! What the tests of this folder share: functions that panic, and a caller that polls a future
//! until its panic comes out. Include it with `#[path]`.

#![allow(dead_code)]

#[path = "../../auxiliary/support.rs"]
mod support;
use std::any::Any;
use std::future::Future;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

pub use support::*;

/// Panics, which the compiler does not know.
pub fn boom() {
    if black_box(true) {
        panic!("boom");
    }
}

/// As `boom`, where a value is wanted.
pub fn never<T>() -> T {
    panic!("boom")
}

/// Makes each panic tell that its hook runs.
pub fn set_hook() {
    std::panic::set_hook(Box::new(|info| {
        println!("    panic: {}", info.payload_as_str().unwrap_or("another payload"));
    }));
}

pub type Payload = Box<dyn Any + Send>;

/// The text of a panic.
pub fn text(payload: &Payload) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(|text| &**text)).unwrap_or("no text")
}

/// Polls once. After the poll the thread does not panic, whatever it did.
#[track_caller]
pub fn poll_caught<F: Future + ?Sized>(future: Pin<&mut F>) -> Result<Poll<F::Output>, Payload> {
    println!("  poll");
    let poll = catch_unwind(AssertUnwindSafe(|| poll_once(future)));
    assert!(!std::thread::panicking());
    if let Err(payload) = &poll {
        println!("  caught {}", text(payload));
    }
    poll
}

/// Polls until the panic comes out.
#[track_caller]
pub fn poll_out<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Payload {
    for _ in 0..1_000 {
        match poll_caught(future.as_mut()) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(_)) => panic!("it does not panic"),
            Err(payload) => return payload,
        }
    }
    panic!("it does not end");
}

/// Polls until the panic comes out. What is left of the future then holds nothing.
#[track_caller]
pub fn unwind<F: Future>(title: &str, future: F) {
    println!("{title}");
    let mut future = Box::pin(future);
    let payload = poll_out(future.as_mut());
    assert_eq!(text(&payload), "boom");
    assert_none_alive();
    drop(future);
    assert_none_alive();
}
