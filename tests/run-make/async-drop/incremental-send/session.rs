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
