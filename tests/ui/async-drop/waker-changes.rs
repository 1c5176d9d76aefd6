//! R1, R15: each poll of a future, in a destructor and after one, sees the waker of that very poll.
//! The waker changes between any two polls, also while the future is being cancelled.
//@ edition: 2024
//@ run-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::RefCell;
use std::future::{AsyncDrop, Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

struct Numbered(#[allow(dead_code)] usize);

impl Wake for Numbered {
    fn wake(self: Arc<Self>) {}
}

thread_local! {
    static CURRENT: RefCell<Waker> = RefCell::new(Waker::noop().clone());
}

#[track_caller]
fn assert_current(cx: &Context<'_>) {
    CURRENT.with_borrow(|current| assert!(cx.waker().will_wake(current), "a waker of the past"));
}

/// Looks at the waker, suspends, and looks again.
async fn look() {
    let mut polls = 0;
    poll_fn(|cx| {
        assert_current(cx);
        polls += 1;
        if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

struct Looks;

impl Drop for Looks {
    fn drop(&mut self) {}
}

impl AsyncDrop for Looks {
    async fn drop(self: Pin<&mut Self>) {
        look().await;
        look().await;
    }
}

async fn body() {
    {
        let _first = Looks;
        look().await;
    }
    look().await;
    for _ in 0..2 {
        let _second = (Looks, Looks);
    }
    look().await;
    let _last = Looks;
}

async fn cancels(polls: usize) {
    {
        let mut future = pin!(body());
        for _ in 0..polls {
            let ready = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
            if ready {
                break;
            }
            look().await;
        }
    }
    look().await;
}

/// Polls with a new waker each time, from a new place on the heap, and frees the old one.
fn run(future: impl Future) {
    let mut future = pin!(future);
    for poll in 0..1_000 {
        let waker = Waker::from(Arc::new(Numbered(poll)));
        CURRENT.set(waker.clone());
        let mut context = Box::new(Context::from_waker(&waker));
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
    }
    panic!("the future does not complete");
}

fn main() {
    run(body());
    for polls in 0..40 {
        run(cancels(polls));
    }
}
