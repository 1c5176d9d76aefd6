//! What the tests of this folder share: values that tell when they are dropped, and just enough of
//! an executor to poll a future step by step. Include it with `#[path]`.

#![allow(dead_code)]

use std::cell::Cell;
use std::future::{AsyncDrop, Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

fn born() {
    ALIVE.set(ALIVE.get() + 1);
}

fn died() {
    ALIVE.set(ALIVE.get() - 1);
}

/// Fails unless each value made since the last call was dropped exactly once.
#[track_caller]
pub fn assert_none_alive() {
    assert_eq!(ALIVE.get(), 0, "values leaked (> 0) or dropped twice (< 0)");
}

/// A value with nothing but `Drop`. It owns heap memory, so that a leak or a double drop is also
/// one of memory.
pub struct Plain(Box<&'static str>);

impl Plain {
    pub fn new(name: &'static str) -> Plain {
        born();
        Plain(Box::new(name))
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
        died();
    }
}

/// A value whose destructor suspends as often as it is told to.
pub struct Graceful {
    name: Box<&'static str>,
    suspensions: usize,
}

impl Graceful {
    pub fn new(name: &'static str) -> Graceful {
        Graceful::suspending(name, 1)
    }

    pub fn suspending(name: &'static str, suspensions: usize) -> Graceful {
        born();
        Graceful { name: Box::new(name), suspensions }
    }
}

impl Drop for Graceful {
    fn drop(&mut self) {
        println!("    sync {}", self.name);
        died();
    }
}

impl AsyncDrop for Graceful {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin {}", self.name);
        for _ in 0..self.suspensions {
            suspend().await;
        }
        println!("    end {}", self.name);
        died();
    }
}

/// Short for `Graceful::new`.
pub fn g(name: &'static str) -> Graceful {
    Graceful::new(name)
}

/// Short for `Plain::new`.
pub fn p(name: &'static str) -> Plain {
    Plain::new(name)
}

/// A value that tells when it is made, too.
pub fn new_value(name: &'static str) -> Graceful {
    println!("    made {name}");
    Graceful::new(name)
}

/// Is pending once.
pub async fn suspend() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await
}

/// Never completes.
pub async fn forever() {
    std::future::pending().await
}

pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the future is ready. A future that is still pending after 1,000 polls never will be.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    for _ in 0..1_000 {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
    panic!("the future does not complete");
}

/// Awaits a future and drops its value.
pub async fn run<T>(title: &str, future: impl Future<Output = T>) {
    println!("{title}");
    future.await;
    println!("  returned");
    assert_none_alive();
}

/// Awaits a future and drops its value only when the end of that was told.
pub async fn run_keeping<T>(title: &str, future: impl Future<Output = T>) {
    println!("{title}");
    {
        let _value = future.await;
        println!("  returned");
    }
    assert_none_alive();
}

/// Polls a boxed future `polls` times, then drops it, and checks that this dropped every value.
#[track_caller]
pub fn cancel_after<F: Future>(title: &str, polls: usize, future: F) {
    println!("{title}");
    let mut future = Box::pin(future);
    for poll in 1..=polls {
        println!("  poll {poll}");
        assert!(poll_once(future.as_mut()).is_pending(), "completed before it was cancelled");
    }
    println!("  cancel");
    drop(future);
    assert_none_alive();
}

/// After each poll but the last, drops a future of `make` in a function, and one in an async body.
pub fn cancel_everywhere<F: Future>(make: impl Fn() -> F) {
    for polls in 0.. {
        let mut future = Box::pin(make());
        if (0..polls).any(|_| poll_once(future.as_mut()).is_ready()) {
            return;
        }
        drop(future);
        block_on(leave_after(polls, make()));
    }
}

/// Polls a future `polls` times in an async body and then leaves the scope that it is pinned in.
pub async fn leave_after(polls: usize, future: impl Future) {
    {
        let mut future = std::pin::pin!(future);
        for _ in 0..polls {
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("  leave");
    }
    println!("  left");
}
