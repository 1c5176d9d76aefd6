//! A crate that knows nothing of panics and boxes.

#![feature(async_drop)]
#![allow(incomplete_features)]
#![no_std]

use core::future::AsyncDrop;
use core::pin::Pin;
use core::task::{Context, Poll};

pub struct Conn(pub u8);

impl Drop for Conn {
    fn drop(&mut self) {
        hint(1);
    }
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        core::future::pending::<()>().await;
        hint(3);
    }
}

#[inline(never)]
pub fn hint(number: usize) {
    core::hint::black_box(number);
}

async fn scopes(parameter: Conn) -> usize {
    let _first = (Conn(1), 2);
    for number in 0..4 {
        let _inner = [Conn(3), Conn(4)];
        core::future::pending::<()>().await;
        hint(number);
    }
    parameter.0 as usize
}

pub fn poll(parameter: Conn, context: &mut Context<'_>) -> Poll<usize> {
    core::pin::pin!(scopes(parameter)).poll(context)
}
