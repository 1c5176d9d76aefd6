//! R1: an awaited drop knows that a destructor which was pending is suspended, and that nobody asks
//! whether it has ended. So `poll` branches on the coroutine's own state alone, where a close by
//! hand branches on that of its future too, and stores 1, "ended", in its own state alone.

//@ revisions: IMPLICIT BY_HAND
//@ edition: 2024
//@ compile-flags: -C opt-level=3 -C panic=abort -Zpack-coroutine-layout=yes
#![crate_type = "lib"]
#![cfg_attr(not(by_hand), feature(async_drop))]
#![cfg_attr(not(by_hand), allow(incomplete_features))]

use std::pin::Pin;
use std::task::{Context, Poll};

unsafe extern "Rust" {
    safe fn closing(handle: u64) -> bool;
}

struct Closing(u64);

impl Future for Closing {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if closing(self.0) { Poll::Pending } else { Poll::Ready(()) }
    }
}

struct Guard(u64);

#[cfg(not(by_hand))]
impl Drop for Guard {
    fn drop(&mut self) {}
}

#[cfg(not(by_hand))]
impl std::future::AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        Closing(self.0).await;
    }
}

#[cfg(by_hand)]
impl Guard {
    async fn close(&mut self) {
        Closing(self.0).await;
    }
}

// CHECK-LABEL: define {{.*}}4body0
// CHECK: switch i8
// IMPLICIT-NOT: switch i8
// IMPLICIT-NOT: store i8 1
// BY_HAND: switch i8
// CHECK: {{^}$}}
#[cfg(not(by_hand))]
async fn body(handle: u64) {
    let _guard = Guard(handle);
}

#[cfg(by_hand)]
async fn body(handle: u64) {
    let mut guard = Guard(handle);
    guard.close().await;
}

// Makes the code of `poll`, and of no other function of the future.
#[unsafe(no_mangle)]
pub fn poll_of_body() -> usize {
    fn address<F: Future<Output = ()>>(_: fn(u64) -> F) -> usize {
        let poll: fn(Pin<&mut F>, &mut Context<'_>) -> Poll<()> = F::poll;
        poll as usize
    }
    address(body)
}
