//! R12: a pinned value that registered its address is dropped, and so unregistered, before the
//! memory of the future that holds it is freed. No type here has an async destructor: the feature
//! alone must not change what a cancelled future drops.
//@ edition: 2024
//@ run-pass
//@ revisions: off on
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

use std::cell::RefCell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static REGISTERED: RefCell<Vec<*const Node>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Node {
    registered: bool,
    _pin: PhantomPinned,
}

impl Future for Node {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let this = unsafe { self.get_unchecked_mut() };
        if !this.registered {
            this.registered = true;
            REGISTERED.with_borrow_mut(|nodes| nodes.push(this));
        }
        Poll::Pending
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let this: *const Node = self;
        REGISTERED.with_borrow_mut(|nodes| nodes.retain(|&node| node != this));
    }
}

async fn wait() {
    Node::default().await
}

async fn nested() {
    wait().await
}

fn main() {
    let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(nested());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    REGISTERED.with_borrow(|nodes| assert_eq!(nodes.len(), 1));
    drop(future);
    REGISTERED.with_borrow(|nodes| assert!(nodes.is_empty(), "registered, but freed"));
}
