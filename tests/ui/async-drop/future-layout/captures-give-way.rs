//! What a future captured has its bytes for as long as it is alive, and not for as long as the
//! future exists. A wrapper that hands its arguments on is as large as what it awaits, and a tag.
//! Each capture still has its value where it is used or dropped: before the first poll, after a
//! suspension, on a path that moves it away and on one that does not, and where the future is
//! cancelled or unwinds.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@ only-64bit
//@ revisions: awaited sync unpacked
//@[sync] compile-flags: -Zasync-drop-unwind=sync
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::future::AsyncDrop;
use std::mem::size_of_val;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, cancel_everywhere, suspend};

const SIZE: usize = 200;

/// Bytes that are all the same, and checked when they are dropped.
struct Bytes([u8; SIZE]);

impl Bytes {
    fn check(&self) -> u8 {
        assert!(self.0.iter().all(|&byte| byte == self.0[0]), "{:?}", self.0);
        self.0[0]
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.check();
    }
}

/// The same, awaited.
struct Awaited(Bytes);

impl Drop for Awaited {
    fn drop(&mut self) {}
}

impl AsyncDrop for Awaited {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        self.0.check();
    }
}

fn bytes(of: u8) -> Bytes {
    Bytes([of; SIZE])
}

fn awaited(of: u8) -> Awaited {
    Awaited(bytes(of))
}

async fn send(bytes: Bytes) -> u8 {
    suspend().await;
    bytes.check()
}

async fn send_text(text: [u8; SIZE]) -> u8 {
    suspend().await;
    text[SIZE - 1]
}

async fn wraps(bytes: Bytes) -> u8 {
    send(bytes).await
}

async fn wraps_text(text: [u8; SIZE]) -> u8 {
    send_text(text).await
}

fn block_wraps(text: [u8; SIZE]) -> impl Future<Output = u8> {
    async move { send_text(text).await }
}

async fn two_in_turn(first: [u8; SIZE], second: [u8; SIZE]) -> u8 {
    let first = send_text(first).await;
    first + send_text(second).await
}

/// The second is alive while the first one is sent, in whatever order they were captured.
async fn crossed(first: Bytes, second: Bytes) -> u8 {
    let second = send(second).await;
    first.check() + second
}

async fn borrowed(first: Bytes, second: Bytes) -> u8 {
    let borrow = &first;
    let second = send(second).await;
    borrow.check() + second
}

async fn perhaps_moved(bytes: Bytes, send_it: bool) -> u8 {
    if send_it {
        return send(bytes).await;
    }
    let local = self::bytes(2);
    suspend().await;
    local.check()
}

async fn replaced(mut bytes: Bytes) -> u8 {
    send(std::mem::replace(&mut bytes, self::bytes(3))).await;
    let before = bytes.check();
    bytes = self::bytes(4);
    suspend().await;
    before + bytes.check()
}

async fn moved_in_a_loop(mut bytes: Bytes) -> u8 {
    let mut sum = 0;
    for round in 0..3 {
        let local = self::bytes(round);
        sum += send(bytes).await + local.check();
        bytes = self::bytes(round + 1);
    }
    sum
}

async fn awaits_captures(first: Awaited, _second: Awaited, text: [u8; SIZE]) -> u8 {
    let sent = send_text(text).await;
    drop(first);
    let _local = awaited(sent);
    suspend().await;
    sent
}

fn block_with_parts(pair: (Bytes, Awaited), text: [u8; SIZE]) -> impl Future<Output = u8> {
    async move {
        let sent = send_text(text).await;
        // The other part is dropped with the block.
        send(pair.0).await + sent
    }
}

fn block_that_drops_at_its_end(bytes: Bytes, text: [u8; SIZE]) -> impl Future<Output = u8> {
    async move {
        let sent = send_text(text).await;
        sent + bytes.check()
    }
}

async fn panics(first: Awaited, second: Bytes, third: Bytes) -> u8 {
    let third = send(third).await;
    let _local = awaited(third);
    if third == 1 {
        panic!("as asked");
    }
    first.0.check() + second.check()
}

fn run<F: Future<Output = u8>>(make: impl Fn() -> F, result: u8) {
    assert_eq!(block_on(make()), result);
    cancel_everywhere(make);
}

fn main() {
    let text = [5; SIZE];
    if cfg!(not(unpacked)) {
        // A tag for each level.
        let one = size_of_val(&send_text(text));
        assert!(one <= SIZE + size_of_val(&suspend()) + 8, "{one}");
        let wrapper = size_of_val(&wraps_text(text));
        assert!(wrapper <= one + 8, "{wrapper}");
        let wrapper = size_of_val(&wraps(bytes(5)));
        assert!(wrapper <= size_of_val(&send(bytes(5))) + 8, "{wrapper}");
        let wrapper = size_of_val(&block_wraps(text));
        assert!(wrapper <= one + 8, "{wrapper}");
        // The other one is alive meanwhile.
        let in_turn = size_of_val(&two_in_turn(text, text));
        assert!(in_turn <= one + SIZE + 8, "{in_turn}");
    }

    run(|| send_text(text), 5);
    run(|| wraps(bytes(5)), 5);
    run(|| wraps_text(text), 5);
    run(|| block_wraps(text), 5);
    run(|| two_in_turn(text, [6; SIZE]), 11);
    run(|| crossed(bytes(5), bytes(6)), 11);
    run(|| borrowed(bytes(5), bytes(6)), 11);
    run(|| perhaps_moved(bytes(5), true), 5);
    run(|| perhaps_moved(bytes(5), false), 2);
    run(|| replaced(bytes(5)), 7);
    run(|| moved_in_a_loop(bytes(9)), 15);
    run(|| awaits_captures(awaited(5), awaited(6), text), 5);
    run(|| block_with_parts((bytes(6), awaited(7)), text), 11);
    run(|| block_that_drops_at_its_end(bytes(6), text), 11);
    run(|| panics(awaited(5), bytes(6), bytes(7)), 11);
    let unwinds = AssertUnwindSafe(|| block_on(panics(awaited(5), bytes(6), bytes(1))));
    let payload = catch_unwind(unwinds).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"as asked"));
}
