//! A saved local shares its bytes with each one that is never alive at the same time, in however
//! many states either of them is saved: any number of scopes takes as many bytes as the largest
//! one, whether its value is dropped by await or closed by hand. Without packing they add up.
//@ edition: 2024
//@ run-pass
//@ revisions: packed unpacked
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::mem::size_of_val;
use std::pin::Pin;

#[path = "../auxiliary/support.rs"]
mod support;

use support::{block_on, cancel_after, suspend};

/// As many bytes as a future would notice, all of them checked when it is dropped.
struct Guard([u8; 200]);

impl Guard {
    fn new(byte: u8) -> Guard {
        Guard([byte; 200])
    }

    fn check(&self) {
        assert!(self.0.iter().all(|&byte| byte == self.0[0] && byte != 0));
    }

    async fn close(&mut self) {
        suspend().await;
        self.check();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.check();
    }
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        self.check();
    }
}

macro_rules! scopes {
    ($awaited:ident, $by_hand:ident, $($byte:literal)*) => {
        async fn $awaited() {
            $({
                let guard = Guard::new($byte);
                suspend().await;
                guard.check();
            })*
        }

        async fn $by_hand() {
            $({
                let mut guard = Guard::new($byte);
                suspend().await;
                guard.check();
                guard.close().await;
            })*
        }
    };
}

scopes!(awaited_once, by_hand_once, 1);
scopes!(awaited_16_times, by_hand_16_times, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);

/// Alive from the second scope on, in between the states of the first and the third.
async fn overlapping() {
    {
        let first = Guard::new(1);
        suspend().await;
        first.check();
    }
    let outer = Guard::new(2);
    {
        let third = Guard::new(3);
        suspend().await;
        outer.check();
        third.check();
    }
    suspend().await;
    outer.check();
}

fn main() {
    let awaited = [size_of_val(&awaited_once()), size_of_val(&awaited_16_times())];
    let by_hand = [size_of_val(&by_hand_once()), size_of_val(&by_hand_16_times())];
    let two = size_of_val(&overlapping());
    if cfg!(packed) {
        assert_eq!(awaited[0], awaited[1]);
        assert_eq!(by_hand[0], by_hand[1]);
        assert!(awaited[0] <= by_hand[0], "{awaited:?} {by_hand:?}");
        // Two guards at a time.
        assert!(two < awaited[0] + size_of::<Guard>() + 16, "{two} {awaited:?}");
    } else {
        assert!(awaited[1] > 16 * size_of::<Guard>() && by_hand[1] > 16 * size_of::<Guard>());
        assert!(two > 3 * size_of::<Guard>());
    }

    block_on(async {
        awaited_16_times().await;
        by_hand_16_times().await;
        overlapping().await;
    });
    // Each scope suspends twice.
    for polls in 0..=32 {
        cancel_after("16 scopes", polls, awaited_16_times());
    }
    for polls in 0..=6 {
        cancel_after("overlapping", polls, overlapping());
    }
}
