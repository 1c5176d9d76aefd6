#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::AsyncDrop;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;

thread_local!(static SHARED: Rc<()> = Rc::new(()));

struct Session;

impl Drop for Session {
    fn drop(&mut self) {}
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        let shared = SHARED.with(Rc::clone);
        println!("cloned the Rc on {:?}", thread::current().id());
        let mut first = true;
        std::future::poll_fn(|_| match std::mem::take(&mut first) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        })
        .await;
        drop(shared);
        println!("dropped it on {:?}", thread::current().id());
    }
}

async fn request() {
    let _session = Session;
}

/// Polls once, then hands the future back.
fn poll<F: Future + Send>(mut task: Pin<Box<F>>) -> Pin<Box<F>> {
    let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    task
}

fn main() {
    let task = poll(Box::pin(request()));
    thread::spawn(move || drop(poll(task))).join().unwrap();
}
