//! R8, R13: a coroutine that is not `async` (a `gen` block, a plain coroutine) cannot await while
//! it runs, so what goes out of scope in it is sync-dropped. The coroutine itself is a value like
//! any other: dropped in an async body, what it holds is awaited, in whatever state it is.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, coroutine_trait, coroutines, gen_blocks, stmt_expr_attributes)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::ops::Coroutine;
use std::pin::pin;

use support::*;

fn numbers(captured: Graceful) -> impl Iterator<Item = u32> {
    gen move {
        let _captured = &captured;
        let _plain = Plain::new("plain");
        let _first = Graceful::new("first");
        yield 1;
        let _second = Graceful::new("second");
        yield 2;
    }
}

async fn gen_block(items: usize) {
    let mut numbers = numbers(Graceful::new("captured"));
    for _ in 0..items {
        println!("    item {:?}", numbers.next());
    }
}

async fn left_by_break() {
    for number in numbers(Graceful::new("captured")) {
        println!("    item {number}");
        break;
    }
    println!("    left");
}

async fn in_a_field(items: usize) {
    let mut pair = (numbers(Graceful::new("captured")), Graceful::new("neighbour"));
    for _ in 0..items {
        pair.0.next();
    }
}

async fn without_async_drop() {
    let mut plain = gen {
        let _plain = Plain::new("plain");
        yield 1;
    };
    plain.next();
    let _graceful = Graceful::new("graceful");
}

async fn resumed_with_values(times: usize) {
    let captured = Graceful::new("captured");
    let mut coroutine = pin!(
        #[coroutine]
        move |first: Graceful| {
            let _captured = &captured;
            let second = yield String::from("first");
            let _third: Graceful = yield String::from("second");
            drop(second);
            yield String::from("third");
            drop(first);
        }
    );
    for name in ["argument 1", "argument 2", "argument 3", "argument 4"].into_iter().take(times) {
        coroutine.as_mut().resume(Graceful::new(name));
    }
}

fn completed(title: &str, future: impl Future<Output = ()>) {
    println!("{title}");
    block_on(future);
    assert_none_alive();
}

fn main() {
    for items in 0..4 {
        completed(&format!("gen block after {items} items"), gen_block(items));
    }
    completed("left by break", left_by_break());
    completed("in a field", in_a_field(1));
    completed("without async drop", without_async_drop());
    for times in 0..5 {
        completed(&format!("resumed {times} times"), resumed_with_values(times));
    }

    for polls in 1..4 {
        cancel_after("gen block, cancelled", polls, gen_block(2));
        cancel_after("coroutine, cancelled", polls, resumed_with_values(3));
        completed("gen block, cancelled in an async body", leave_after(polls, gen_block(2)));
    }
}
