//! Knows nothing of async drop, and drops what it is given.
#![crate_type = "lib"]

use std::pin::Pin;
use std::task::{Context, Waker};

/// Polls a future once and cancels it.
pub fn cancel<F: Future>(future: F) {
    let mut future = Box::pin(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

pub fn cancel_erased(mut future: Pin<Box<dyn Future<Output = ()> + '_>>) {
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// A future of this crate around one of another.
pub async fn relay<F: Future, T>(future: F, _kept: T) -> F::Output {
    future.await
}
