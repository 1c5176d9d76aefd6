//! A type of infinite size has a message of its own, with an async destructor too.
//~^ ERROR cycle detected when computing layout of `Node`
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Node {
    //~^ ERROR recursive type `Node` has infinite size
    next: Option<Node>,
}
impl Drop for Node {
    fn drop(&mut self) {}
}
impl AsyncDrop for Node {
    async fn drop(self: Pin<&mut Self>) {}
}

async fn dropped(node: Node) {
    let _node = node;
}

fn main() {}
