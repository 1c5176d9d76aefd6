//! A value that a match has taken apart is no part of the future while an arm suspends, if nothing
//! is left in it that is to be dropped. What is left is dropped as ever.
//@ edition: 2024
//@ run-pass
//@ only-64bit
//@ revisions: awaited sync unpacked
//@[sync] compile-flags: -Zasync-drop-unwind=sync
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

use std::mem::size_of_val;

#[path = "../auxiliary/support.rs"]
mod support;

use support::{Graceful, block_on, cancel_everywhere, g, suspend};

/// What a peer sends.
enum Message {
    Text(String),
    Bytes(Vec<u8>, [u64; 10]),
    Close,
}

async fn receive(kind: u8) -> Result<Message, String> {
    suspend().await;
    match kind {
        0 => Ok(Message::Text("text".to_owned())),
        1 => Ok(Message::Bytes(vec![1, 2], [3; 10])),
        2 => Ok(Message::Close),
        _ => Err("gone".to_owned()),
    }
}

async fn send(bytes: &[u8]) -> usize {
    suspend().await;
    bytes.len()
}

async fn answer(kind: u8) -> Result<usize, String> {
    match receive(kind).await? {
        Message::Text(text) => Ok(send(text.as_bytes()).await),
        Message::Bytes(bytes, _) => Ok(send(&bytes).await),
        Message::Close => Ok(send(&[]).await),
    }
}

async fn text(text: String) -> usize {
    send(text.as_bytes()).await
}

/// Some variants are left as they are, and one in part.
async fn partly(kind: u8) -> Result<usize, String> {
    match receive(kind).await? {
        Message::Text(ref text) => Ok(send(text.as_bytes()).await),
        Message::Bytes(_, [first, ..]) => {
            suspend().await;
            Ok(first as usize)
        }
        Message::Close => Ok(send(&[]).await),
    }
}

enum Session {
    One(Graceful),
    Two(Graceful, Graceful),
    Zero,
}

async fn sessions(count: usize, keep: bool) -> usize {
    let session = match count {
        0 => Session::Zero,
        1 => Session::One(g("one")),
        _ => Session::Two(g("first"), g("second")),
    };
    match session {
        Session::One(one) if keep => {
            suspend().await;
            drop(one);
            1
        }
        Session::One(_) => send(&[1]).await,
        Session::Two(first, _) => {
            suspend().await;
            drop(first);
            send(&[1, 2]).await
        }
        Session::Zero => send(&[]).await,
    }
}

fn run<F: Future>(make: impl Fn() -> F) -> F::Output {
    cancel_everywhere(&make);
    block_on(make())
}

fn main() {
    for (kind, result) in [(0, Ok(4)), (1, Ok(2)), (2, Ok(0)), (3, Err("gone".to_owned()))] {
        assert_eq!(run(|| answer(kind)), result);
    }
    for (kind, result) in [(0, Ok(4)), (1, Ok(3)), (2, Ok(0)), (3, Err("gone".to_owned()))] {
        assert_eq!(run(|| partly(kind)), result);
    }
    for (count, keep, result) in [(0, false, 0), (1, false, 1), (1, true, 1), (2, true, 2)] {
        assert_eq!(run(|| sessions(count, keep)), result);
    }
    if cfg!(not(unpacked)) {
        // The message is as large as what it takes to receive one. Then there is a text, or bytes.
        let least = size_of_val(&receive(0)).max(size_of_val(&text(String::new())));
        let size = size_of_val(&answer(0));
        assert!(size <= least + 16, "{size} for {least}");
    }
}
