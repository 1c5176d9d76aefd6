//! A `Pin` that is looked through, by `Deref` or `Pin::as_mut`, is not saved for that. It may be a
//! local of a block that ends before what it points to is used. It is not read where it has no
//! storage any more (`-Zlint-mir` would say so).
//@ edition: 2024
//@ run-pass
//@ compile-flags: -Zlint-mir
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::ops::Deref;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, suspend};

async fn through_a_block(pin: Pin<&[u64; 4]>) -> u64 {
    let array: &[u64; 4] = Deref::deref({
        let reference = &pin;
        reference
    });
    suspend().await;
    array[0]
}

async fn at_once(pin: Pin<&mut [u64; 4]>) -> u64 {
    let first = pin[0];
    suspend().await;
    first
}

async fn written(mut pin: Pin<&mut [u64; 4]>) -> u64 {
    pin[1] = 8;
    suspend().await;
    pin[1] + pin[0]
}

async fn as_mut_in_a_block(mut pin: Pin<&mut [u64; 4]>) -> u64 {
    let mut array = Pin::as_mut({
        let reference = &mut pin;
        reference
    });
    array[2] = 3;
    suspend().await;
    array[2] + array[3]
}

/// Polls a future once, whether it ends or not.
struct PollOnce<'a, F>(Pin<&'a mut F>);

impl<F: Future> Future for PollOnce<'_, F> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        Poll::Ready(self.0.as_mut().poll(context).is_ready())
    }
}

async fn number(suspensions: u64) -> u64 {
    for _ in 0..suspensions {
        suspend().await;
    }
    suspensions
}

/// Only what polls the future has a pointer to it in the end.
async fn last_use(suspensions: u64) -> bool {
    let mut future = pin!(number(suspensions));
    PollOnce(future.as_mut()).await
}

async fn in_a_loop(suspensions: u64) -> u64 {
    let mut future = pin!(number(suspensions));
    let mut polls = 1;
    while !PollOnce(future.as_mut()).await {
        suspend().await;
        polls += 1;
    }
    polls
}

fn main() {
    assert_eq!(block_on(through_a_block(Pin::new(&[5; 4]))), 5);
    assert_eq!(block_on(at_once(Pin::new(&mut [6; 4]))), 6);
    assert_eq!(block_on(written(Pin::new(&mut [1; 4]))), 9);
    assert_eq!(block_on(as_mut_in_a_block(Pin::new(&mut [1; 4]))), 4);
    assert!(block_on(last_use(0)) && !block_on(last_use(1)));
    assert_eq!(block_on(in_a_loop(3)), 4);
    let pointer_and_tag = 2 * size_of::<usize>();
    assert!(size_of_val(&last_use(0)) <= size_of_val(&number(0)) + pointer_and_tag);
}
