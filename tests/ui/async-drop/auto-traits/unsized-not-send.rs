//! R21: a pointer to a value whose destructor is not `Send` does not become one to a
//! `dyn Trait + Send`. The body that has it is not lowered any further.
//@ edition: 2024
//@ dont-require-annotations: NOTE
//@ dont-require-annotations: HELP
//@ revisions: plain validated
//@ [validated] compile-flags: -Zvalidate-mir
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::any::Any;
use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

struct Session;

impl Drop for Session {
    fn drop(&mut self) {}
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        let count = Rc::new(1);
        ready(()).await; //~ NOTE the value may be used after this await
        drop(count);
    }
}

async fn serve() {
    let session: Box<dyn Any + Send> = Box::new(Session); //~ ERROR `Session` cannot be sent
    ready(()).await;
    drop(session);
}

fn serve_nobody() -> impl Sized {
    let session: &(dyn Any + Send) = &Session; //~ ERROR `Session` cannot be sent
    session.is::<u8>()
}

fn main() {
    let _ = (serve(), serve_nobody());
}
