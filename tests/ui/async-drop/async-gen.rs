//! R1, R2, R5, R12, R13, R14: an `async gen` body awaits at its drop points between its yields, and
//! a generator that is dropped drops what it holds in its state: by await in an async body, and by
//! sync drop elsewhere.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, async_for_loop, async_iterator, gen_blocks)]
#![allow(incomplete_features, unused_assignments)]

#[path = "auxiliary/support.rs"]
mod support;
use std::async_iter::AsyncIterator;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use support::*;

async gen fn function(_parameter: Graceful) -> usize {
    let _a = Graceful::new("a");
    for round in 0..2 {
        let _round = Graceful::new("round");
        yield round;
    }
    {
        let _b = Graceful::new("b");
        suspend().await;
    }
    yield 2;
    let _plain = Plain::new("plain");
}

fn block() -> impl AsyncIterator<Item = usize> {
    let (a, b) = (Graceful::new("a"), Plain::new("b"));
    async gen move {
        let mut value = Graceful::new("old");
        let _both = (&a, &b);
        yield 0;
        value = Graceful::new("new");
        yield 1;
        if let Some(_value) = Some(value) {
            return;
        }
        yield 2;
    }
}

async fn next<G: AsyncIterator>(mut generator: Pin<&mut G>) -> Option<G::Item> {
    poll_fn(|cx| generator.as_mut().poll_next(cx)).await
}

fn poll_next_once(generator: Pin<&mut impl AsyncIterator<Item = usize>>) {
    println!("    {:?}", generator.poll_next(&mut Context::from_waker(Waker::noop())));
}

async fn exhaust(generator: impl AsyncIterator<Item = usize>) {
    {
        let mut generator = pin!(generator);
        while let Some(number) = next(generator.as_mut()).await {
            println!("  {number}");
        }
        for _ in 0..2 {
            assert!(next(generator.as_mut()).await.is_none());
        }
        println!("  exhausted");
    }
    println!("  left");
}

async fn for_await() {
    for await number in pin!(function(Graceful::new("parameter"))) {
        let _number = Graceful::new("number");
        println!("  {number}");
        if number == 1 {
            println!("  break");
            break;
        }
    }
    println!("  left");
}

async fn not_pinned() {
    let _before = Plain::new("before");
    let _tuple = (Graceful::new("0"), function(Graceful::new("parameter")), Graceful::new("2"));
}

fn cancel<G: AsyncIterator<Item = usize>>(title: &str, polls: usize, generator: impl Fn() -> G) {
    for polls in 0..=polls {
        println!("{title}, {polls} polls, dropped in an async body");
        block_on(async {
            {
                let mut generator = pin!(Some(generator()));
                for _ in 0..polls {
                    poll_next_once(generator.as_mut().as_pin_mut().unwrap());
                }
                println!("  leave");
            }
            println!("  left");
        });
        assert_none_alive();

        println!("{title}, {polls} polls, dropped in a sync context");
        let mut generator = Box::pin(generator());
        for _ in 0..polls {
            poll_next_once(generator.as_mut());
        }
        println!("  drop");
        drop(generator);
        assert_none_alive();
    }
}

async fn leave(polls: usize) {
    {
        let mut generator = pin!(function(Graceful::new("parameter")));
        for _ in 0..polls {
            poll_next_once(generator.as_mut());
        }
        println!("  leave the generator");
    }
    println!("  left the generator");
}

fn main() {
    println!("function, exhausted");
    block_on(exhaust(function(Graceful::new("parameter"))));
    assert_none_alive();
    println!("block, exhausted");
    block_on(exhaust(block()));
    assert_none_alive();
    println!("for await");
    block_on(for_await());
    assert_none_alive();
    println!("not pinned");
    block_on(not_pinned());
    assert_none_alive();
    cancel("function", 11, || function(Graceful::new("parameter")));
    cancel("block", 6, block);

    // Its destructor is itself cancelled.
    for polls in 1..=3 {
        cancel_after("dropped, then cancelled in a sync context", polls, leave(1));
    }
    for polls in 1..=3 {
        println!("dropped, then cancelled in an async body");
        block_on(leave_after(polls, leave(1)));
        assert_none_alive();
    }
}
