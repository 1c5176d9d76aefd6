//! R21: a destructor that is not `Send`, in another crate than the future that awaits it.
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

pub struct Conn;

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        let shared = Rc::new(());
        ready(()).await;
        drop(shared);
    }
}

pub async fn query() {
    let _conn = Conn;
}
