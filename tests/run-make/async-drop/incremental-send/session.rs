//! R21: a destructor that holds a `SHARED` across an await; the test puts a type in its place.

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

pub struct Session;

impl Drop for Session {
    fn drop(&mut self) {}
}

impl AsyncDrop for Session {
    async fn drop(self: Pin<&mut Self>) {
        let shared = SHARED::new(());
        ready(()).await;
        drop(shared);
    }
}
