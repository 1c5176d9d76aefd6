//! What some tests of this folder share: a guard that is looked at when it is dropped, in either
//! way. Include it with `#[path]`.

#![allow(dead_code)]

#[path = "../../auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::pin::Pin;

pub use support::*;

/// Is seven as long as it is alive.
pub struct Guard(pub u64);

impl Drop for Guard {
    fn drop(&mut self) {
        assert_eq!(self.0, 7);
    }
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        assert_eq!(self.0, 7);
    }
}
