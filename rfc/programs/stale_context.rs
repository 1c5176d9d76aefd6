//! After an implicit await that suspended, the next `.await` must see the waker of the current poll.
#![feature(async_drop)]
#![allow(incomplete_features)]
use std::cell::Cell;
use std::future::{AsyncDrop, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

struct Session;

impl Drop for Session {
    fn drop(&mut self) {}
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        let mut first = true;
        poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    }
}

async fn look(seen: &Cell<Option<Waker>>) {
    poll_fn(|cx| Poll::Ready(seen.set(Some(cx.waker().clone())))).await
}

async fn body(seen: &Cell<Option<Waker>>) {
    let _text = String::from("held across the drop");
    {
        let _session = Session;
        look(seen).await;
    }
    look(seen).await;
}

fn main() {
    let seen = Cell::new(None);
    let mut body = Box::pin(body(&seen));
    let (one, two) = (Waker::from(Arc::new(Task)), Waker::from(Arc::new(Task)));
    let (mut first, mut second) = (Context::from_waker(&one), Context::from_waker(&two));
    assert!(body.as_mut().poll(&mut first).is_pending());
    assert!(body.as_mut().poll(&mut second).is_ready());
    let current = seen.take().unwrap().will_wake(&two);
    println!("the await after the drop saw a {} waker", if current { "current" } else { "stale" });
}
