//! Guards that are dropped by await, or closed by hand. The optimizer knows nothing of what they
//! call.

use std::pin::Pin;
use std::task::{Context, Poll};

unsafe extern "Rust" {
    safe fn open(number: u64) -> u64;
    safe fn working() -> bool;
    safe fn closing(handle: u64) -> bool;
    pub safe fn failing() -> bool;
}

pub struct Guard(u64);

pub fn guard(number: u64) -> Guard {
    Guard(open(number))
}

struct Closing(u64);

impl Future for Closing {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if closing(self.0) { Poll::Pending } else { Poll::Ready(()) }
    }
}

#[cfg(implicit)]
impl Drop for Guard {
    fn drop(&mut self) {}
}

#[cfg(implicit)]
impl std::future::AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        Closing(self.0).await;
    }
}

#[cfg(by_hand)]
impl Guard {
    pub async fn close(&mut self) {
        Closing(self.0).await;
    }
}

/// What the bodies wait for.
pub struct Work;

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if working() { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// Makes the code of `F::poll`, and no other of its functions.
pub fn poll_of<F: Future<Output = ()>>(_: fn() -> F) -> usize {
    let poll: fn(Pin<&mut F>, &mut Context<'_>) -> Poll<()> = F::poll;
    poll as usize
}
