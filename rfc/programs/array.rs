#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::{AsyncDrop, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

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

fn main() {
    let mut body = pin!(async {
        let _sessions = [Session, Session, Session, Session];
    });
    let mut cx = Context::from_waker(Waker::noop());
    for polls in 1..=1_000 {
        if body.as_mut().poll(&mut cx).is_ready() {
            println!("ready after {polls} polls");
            return;
        }
    }
    println!("not ready after 1,000 polls");
}
