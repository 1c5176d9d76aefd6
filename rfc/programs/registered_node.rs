//! No `AsyncDrop` type: a pinned value that put its address into a list must be dropped before its memory is freed.
#![feature(async_drop)]
#![allow(incomplete_features)]
use std::cell::RefCell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

thread_local!(static LIST: RefCell<Vec<*const Node>> = const { RefCell::new(Vec::new()) });

struct Node {
    tag: u64,
    registered: bool,
    _pin: PhantomPinned,
}

impl Future for Node {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let node = unsafe { self.get_unchecked_mut() };
        if !node.registered {
            node.registered = true;
            LIST.with_borrow_mut(|list| list.push(node));
        }
        Poll::Pending
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let node: *const Node = self;
        LIST.with_borrow_mut(|list| list.retain(|other| *other != node));
    }
}

async fn inner() {
    Node { tag: 7, registered: false, _pin: PhantomPinned }.await
}

async fn outer() {
    inner().await
}

fn main() {
    let mut future = Box::pin(outer());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(future);
    LIST.with_borrow(|list| {
        println!("{} node(s) still in the list", list.len());
        for node in list {
            println!("tag {}", unsafe { (**node).tag });
        }
    });
}
