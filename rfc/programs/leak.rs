#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::AsyncDrop;
use std::pin::Pin;
use std::task::{Context, Waker};

struct Plain;

impl Drop for Plain {
    fn drop(&mut self) {
        println!("dropped the plain value");
    }
}

struct Session;

impl Drop for Session {
    fn drop(&mut self) {
        println!("closed the session at once");
    }
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        println!("said goodbye");
    }
}

async fn request() {
    let _plain = Plain;
    let _session = Session;
    std::future::pending().await
}

fn main() {
    let mut request = Box::pin(request());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(request.as_mut().poll(&mut cx).is_pending());
    drop(request);
    println!("cancelled");
}
