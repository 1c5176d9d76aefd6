//! A parameter of an async function that is alive across a suspension is stored once: it stays
//! where the future captured it. What happens to it is unchanged: it can be written, moved,
//! borrowed and dropped, before the first poll and after it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: packed unpacked
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::mem::size_of_val;

#[path = "../auxiliary/support.rs"]
mod support;

use support::*;

async fn borrowed(bytes: [u8; 300]) -> u8 {
    let borrow = &bytes;
    suspend().await;
    borrow[299]
}

async fn written(mut bytes: [u8; 300]) -> u8 {
    bytes[0] += 1;
    suspend().await;
    let before = bytes[0];
    bytes = [7; 300];
    suspend().await;
    before + bytes[0]
}

async fn used_as_index(index: usize) -> u8 {
    let table = [1, 2, 3];
    suspend().await;
    table[index]
}

async fn two(first: [u8; 300], second: [u8; 300]) -> (u8, u8) {
    suspend().await;
    (first[1], second[1])
}

async fn taken_apart((first, second): (Graceful, Graceful)) {
    suspend().await;
    drop(first);
    suspend().await;
    let _second = second;
}

async fn dropped(_first: Graceful, second: Graceful, replace: bool) {
    let mut second = second;
    suspend().await;
    if replace {
        second = g("third");
    }
    suspend().await;
    drop(second);
}

/// A copy of a capture in a loop is another value each time.
async fn copied_in_a_loop(number: u32) -> u32 {
    let mut sum = 0;
    for _ in 0..3 {
        let mut copy = number;
        suspend().await;
        copy += 1;
        suspend().await;
        sum += copy;
    }
    sum
}

fn main() {
    let stored = [size_of_val(&borrowed([0; 300])), size_of_val(&two([0; 300], [0; 300])) / 2];
    for size in stored {
        let times = if cfg!(packed) { 1 } else { 2 };
        assert!((300 * times..300 * (times + 1)).contains(&size), "{stored:?}");
    }
    block_on(async {
        assert_eq!(borrowed([5; 300]).await, 5);
        assert_eq!(written([1; 300]).await, 9);
        assert_eq!(used_as_index(2).await, 3);
        assert_eq!(two([1; 300], [2; 300]).await, (1, 2));
        assert_eq!(copied_in_a_loop(4).await, 15);
        let number = 4;
        let block = async move {
            let mut sum = 0;
            for _ in 0..3 {
                let mut copy = number;
                suspend().await;
                copy += 1;
                suspend().await;
                sum += copy;
            }
            sum
        };
        assert_eq!(block.await, 15);
        run("taken apart", taken_apart((g("first"), g("second")))).await;
        run("kept", dropped(g("first"), g("second"), false)).await;
        run("replaced", dropped(g("first"), g("second"), true)).await;
    });
    for polls in 0..=3 {
        cancel_after("taken apart", polls, taken_apart((g("first"), g("second"))));
    }
    for polls in 0..=4 {
        cancel_after("replaced", polls, dropped(g("first"), g("second"), true));
    }
    assert_none_alive();
}
