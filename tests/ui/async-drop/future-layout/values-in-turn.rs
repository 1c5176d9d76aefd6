//! A saved local has bytes of its own while its value is needed, and not for as long as its scope
//! lasts: numbers that are used one after the other take as many bytes as one, and so do a number
//! and the result that is kept while a value is dropped by await. What is needed is not
//! overwritten: in a loop, behind a branch, assigned in parts, borrowed, or stored although nobody
//! reads it.
//@ edition: 2024
//@ run-pass
//@ revisions: packed unpacked o2 o3
//@[unpacked] compile-flags: -Zpack-coroutine-layout=no
//@[o2] compile-flags: -Copt-level=2
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(incomplete_features, unused_assignments, unused_variables)]

use std::hint::black_box;
use std::mem::size_of_val;

#[path = "auxiliary/checked.rs"]
mod checked;

use checked::{Guard, block_on, cancel_everywhere, suspend};

type Big = [u64; 25];

fn big(number: u64) -> Big {
    black_box([number; 25])
}

fn sum(big: Big) -> u64 {
    big.iter().sum()
}

async fn in_turn() -> u64 {
    let one = big(1);
    suspend().await;
    let mut result = sum(one);
    let two = big(2);
    suspend().await;
    result += sum(two);
    let three = big(3);
    suspend().await;
    result + sum(three)
}

async fn result_is_kept(fails: bool) -> Result<Big, u64> {
    let one = big(1);
    let _guard = Guard(7);
    suspend().await;
    if black_box(fails) { Err(sum(one)) } else { Ok(one) }
}

async fn in_a_loop() -> u64 {
    let mut last = big(0);
    let mut result = 0;
    for number in 1..5 {
        let _guard = Guard(7);
        let before = last;
        suspend().await;
        let next = big(number);
        result += sum(before);
        suspend().await;
        last = next;
    }
    result + sum(last)
}

async fn on_one_branch(takes_it: bool) -> u64 {
    let kept = big(5);
    let _guard = Guard(7);
    suspend().await;
    let other = if black_box(takes_it) {
        suspend().await;
        kept
    } else {
        let fresh = big(6);
        suspend().await;
        fresh
    };
    suspend().await;
    sum(other)
}

async fn in_parts() -> u64 {
    let mut pair = (big(1), big(2));
    suspend().await;
    pair.0 = big(3);
    suspend().await;
    let second = pair.1;
    let lost = (big(8), big(9));
    suspend().await;
    sum(pair.0) + sum(second)
}

async fn borrowed() -> u64 {
    let one = big(1);
    let reference = &one;
    let two = big(2);
    suspend().await;
    let result = sum(two);
    let three = big(3);
    suspend().await;
    // `one` is used through the reference alone.
    result + sum(three) + sum(*reference)
}

async fn never_read() -> u64 {
    let mut ignored = big(1);
    let kept = big(4);
    suspend().await;
    ignored = big(9);
    suspend().await;
    ignored[3] = 17;
    suspend().await;
    sum(kept)
}

fn check<F: Future>(make: impl Fn() -> F, expected: F::Output)
where
    F::Output: PartialEq + std::fmt::Debug,
{
    assert_eq!(block_on(make()), expected);
    cancel_everywhere(make);
}

fn main() {
    check(in_turn, 25 * 6);
    check(|| result_is_kept(true), Err(25));
    check(|| result_is_kept(false), Ok([1; 25]));
    check(in_a_loop, 25 * (0 + 1 + 2 + 3 + 4));
    check(|| on_one_branch(true), 25 * 5);
    check(|| on_one_branch(false), 25 * 6);
    check(in_parts, 25 * 5);
    check(borrowed, 25 * 6);
    check(never_read, 25 * 4);

    // A value of 200 bytes, and little more.
    if cfg!(not(unpacked)) {
        assert!(size_of_val(&in_turn()) < 240, "{}", size_of_val(&in_turn()));
        let size = size_of_val(&result_is_kept(true));
        assert!(size < 2 * 200 + 48, "{size}");
    }
}
