//! R21: an error is about the type and the auto trait that were asked for, not about those that a
//! step of the proof asks for.
//@ edition: 2024
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::sync::Arc;

#[derive(Debug)]
struct Failure;

impl Drop for Failure {
    fn drop(&mut self) {}
}

impl AsyncDrop for Failure {
    async fn drop(self: Pin<&mut Self>) {
        // `Arc<Cell<u8>>` is not `Send` because `Cell<u8>` is not `Sync`.
        let shared = Arc::new(Cell::new(0));
        ready(()).await;
        shared.set(1);
    }
}

impl Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

fn send<T: Send>(_: T) {}

fn sync<T: Sync>(_: T) {}

fn sent() {
    send(Failure);
    //~^ ERROR `Failure` cannot be sent between threads safely
    sync(Failure);
}

fn converted() -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(Failure)?
    //~^ ERROR `Failure` cannot be sent between threads safely
}

fn main() {}
