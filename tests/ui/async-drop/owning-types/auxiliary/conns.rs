//! A crate whose type has a destructor, compiled with the feature.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::RefCell;
use std::future::{AsyncDrop, poll_fn};
use std::pin::Pin;
use std::task::Poll;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub fn tell(what: String) {
    LOG.with_borrow_mut(|log| log.push(what));
}

/// What was told since the last call.
pub fn told() -> String {
    LOG.take().join(", ")
}

pub struct Conn(Box<&'static str>);

pub fn conn(name: &'static str) -> Conn {
    Conn(Box::new(name))
}

impl Drop for Conn {
    fn drop(&mut self) {
        tell(format!("sync {}", self.0));
    }
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        tell(format!("begin {}", self.0));
        let mut polled = false;
        poll_fn(|_| match std::mem::replace(&mut polled, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        tell(format!("end {}", self.0));
    }
}

pub trait Trait {}
impl Trait for Conn {}

pub enum Variants {
    Nothing,
    Vec(Vec<Conn>),
    Erased(Box<dyn Trait>),
}

pub struct Wrapper<T: ?Sized>(pub Conn, pub T);

/// Made in the crate that has the feature.
pub fn boxed(name: &'static str) -> Box<dyn Trait> {
    Box::new(conn(name))
}

pub async fn future(captured: Conn) {
    let _local = conn("local");
    let _captured = captured;
    std::future::pending().await
}
