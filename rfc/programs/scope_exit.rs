#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::{AsyncDrop, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

struct Session;

impl Drop for Session {
    fn drop(&mut self) {
        println!("closed at once");
    }
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        println!("goodbye");
        let mut waker: Option<Waker> = None;
        poll_fn(|cx| match waker.replace(cx.waker().clone()) {
            None => Poll::Pending,
            Some(_) => Poll::Ready(()),
        })
        .await;
        println!("answered");
    }
}

/// Is pending once.
async fn suspend() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await
}

async fn loser() {
    let _session = Session;
    pending().await
}

async fn select() {
    {
        let mut loser = pin!(loser());
        poll_fn(|cx| Poll::Ready(loser.as_mut().poll(cx).is_ready())).await;
    }
    println!("left the inner scope");
    suspend().await;
}

/// One turn of an executor.
fn poll(task: Pin<&mut dyn Future<Output = ()>>) -> bool {
    let waker = Waker::from(Arc::new(Task));
    task.poll(&mut Context::from_waker(&waker)).is_ready()
}

fn main() {
    let mut task = pin!(select());
    while !poll(task.as_mut()) {}
}
