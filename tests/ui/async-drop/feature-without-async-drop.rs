//! R12: a program that never mentions `AsyncDrop` behaves the same with the feature as without it
//! (rust-lang/rust#156008).
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: off on
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

struct Plain(Box<&'static str>);

impl Drop for Plain {
    fn drop(&mut self) {
        println!("    drop {}", self.0);
        DROPPED.set(DROPPED.get() + 1);
    }
}

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
    static DROPPED: Cell<usize> = const { Cell::new(0) };
}

fn plain(name: &'static str) -> Plain {
    MADE.set(MADE.get() + 1);
    Plain(Box::new(name))
}

async fn suspend() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await
}

async fn leaf(captured: Plain) -> usize {
    let _a = plain("a");
    suspend().await;
    let _b = plain("b");
    suspend().await;
    captured.0.len()
}

async fn loser() {
    {
        let mut pinned = pin!(leaf(plain("pinned")));
        let _ = poll_once(pinned.as_mut());
    }
    let unstarted = leaf(plain("unstarted"));
    suspend().await;
    drop(unstarted);
    let _boxed = Box::pin(leaf(plain("boxed")));
    let _held = leaf(plain("held"));
    let sum = leaf(plain("x")).await + leaf(plain("y")).await;
    println!("    sum {sum}");
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn main() {
    for polls in 0..8 {
        println!("{polls} polls");
        let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(loser());
        for _ in 0..polls {
            if poll_once(future.as_mut()).is_ready() {
                println!("  completed");
                break;
            }
        }
        println!("  cancel");
        drop(future);
        assert_eq!(MADE.get(), DROPPED.get(), "leaked or dropped twice");
    }
}
