//! R21: a pointer to a value may become one to a `dyn Trait + Send` if the value's destructor is
//! `Send`, in that destructor too. What checks MIR asks nothing that is not known by then.
//@ edition: 2024
//@ build-pass
//@ revisions: plain validated
//@ [validated] compile-flags: -Zvalidate-mir
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::any::Any;
use std::future::{AsyncDrop, ready};
use std::pin::Pin;

struct Session(u32);

impl Drop for Session {
    fn drop(&mut self) {}
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        if self.0 > 0 {
            let parent: Box<dyn Any + Send> = Box::new(Session(self.0 - 1));
            ready(()).await;
            drop(parent);
        }
    }
}

async fn serve() {
    let session: Box<dyn Any + Send> = Box::new(Session(1));
    ready(()).await;
    drop(session);
}

fn main() {
    let _task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(serve());
}
