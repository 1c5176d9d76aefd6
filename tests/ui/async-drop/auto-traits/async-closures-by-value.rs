//! R21: the future of an async closure that is called by value owns what the closure has captured,
//! and drops that by await, with its result there already.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

fn spawn(_: impl Future + Send) {}

fn once<F: FnOnce() -> R, R: Future>(function: F) -> R {
    function()
}

async fn async_once<T>(function: impl AsyncFnOnce() -> T) {
    function().await;
}

fn called(remote: Remote) {
    // Its body borrows the capture, unless it is called by value.
    let closure = async move || {
        let _remote = &remote;
        Rc::new(())
    };
    spawn(once(closure));
    //~^ ERROR future cannot be sent between threads safely
}

fn called_as_async_fn_once(remote: Remote) {
    let closure = async move || {
        let _remote = &remote;
        Rc::new(())
    };
    spawn(async_once(closure));
    //~^ ERROR future cannot be sent between threads safely
}

fn generic<T: Send + 'static>(value: T) {
    let closure = async move || {
        let _value = &value;
        Rc::new(())
    };
    spawn(once(closure));
    //~^ ERROR future cannot be sent between threads safely
}

fn sendable(remote: Remote, text: String) {
    let closure = async move || {
        let _remote = &remote;
        ready(1).await
    };
    spawn(once(closure));
    // Nothing is awaited beside the result.
    let closure = async move || {
        let _text = &text;
        Rc::new(())
    };
    spawn(once(closure));
    // What is awaited is known later than what is called.
    spawn(beside_result(1));
    spawn(beside_result(Remote));
    //~^ ERROR future cannot be sent between threads safely
}

fn beside_result<T>(value: T) -> impl Future<Output = Rc<()>> {
    let closure = async move || {
        let _value = &value;
        Rc::new(())
    };
    once(closure)
}

fn main() {}
