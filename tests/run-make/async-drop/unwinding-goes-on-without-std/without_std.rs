//! Knows no `std`, and polls and drops futures that somebody else has polled.
#![crate_type = "lib"]
#![no_std]
#![feature(async_drop, type_alias_impl_trait)]
#![allow(incomplete_features)]

use core::future::{AsyncDrop, async_drop_in_place, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};

/// Calls its function with its number and `true` if it is dropped by await, with a suspension
/// before that.
pub struct Guard(pub u32, pub fn(u32, bool));

impl Drop for Guard {
    fn drop(&mut self) {
        self.1(self.0, false);
    }
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        let mut is_ready = false;
        poll_fn(|_| {
            let poll = if is_ready { Poll::Ready(()) } else { Poll::Pending };
            is_ready = true;
            poll
        })
        .await;
        self.1(self.0, true);
    }
}

pub type Guards = (Guard, Guard, Guard);
pub type Dropping = impl Future<Output = ()>;

#[define_opaque(Dropping)]
pub unsafe fn dropping(guards: *mut Guards) -> Dropping {
    unsafe { async_drop_in_place(guards) }
}

#[inline(never)]
pub fn poll_here(future: Pin<&mut Dropping>, context: &mut Context<'_>) -> Poll<()> {
    future.poll(context)
}

#[inline(never)]
pub unsafe fn drop_here(future: *mut Dropping) {
    unsafe { future.drop_in_place() }
}
