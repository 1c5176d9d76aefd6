//! R16, R17: a coroutine that is not `async` cannot await while it runs. But an async body drops by
//! await what it holds, and if a destructor panics then, so is the rest, before the panic goes on
//! in that body.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop, coroutine_trait, coroutines, gen_blocks, stmt_expr_attributes)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::ops::Coroutine;
use std::pin::{Pin, pin};

use unwinding::*;

/// Panics in its destructor, after it has been pending once.
struct Panics(Graceful);

impl Drop for Panics {
    fn drop(&mut self) {
        println!("    sync the one that panics");
    }
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        boom();
    }
}

/// Panics in its `Drop`.
struct PanicsSync(Graceful);

impl Drop for PanicsSync {
    fn drop(&mut self) {
        boom();
    }
}

fn numbers(captured: Graceful) -> impl Iterator<Item = u32> {
    gen move {
        let _captured = &captured;
        let _first = (p("plain"), g("first"));
        let _panics = Panics(g("field"));
        yield 1;
        let _last = g("last");
        yield 2;
    }
}

async fn suspended(items: usize) {
    let _outside = g("outside");
    let mut numbers = numbers(g("captured"));
    for _ in 0..items {
        numbers.next();
    }
}

async fn left_by_break() {
    for _ in numbers(g("captured")) {
        break;
    }
    println!("    not reached");
}

async fn captures() {
    let (first, panics, last) = (g("first"), Panics(g("field")), g("last"));
    let _neighbours = (
        gen move {
            let _captured = (first, panics, last);
            yield 1;
        },
        g("neighbour"),
    );
}

async fn sync_half() {
    let mut numbers = gen {
        let _first = g("first");
        let _panics = PanicsSync(g("field"));
        let _last = g("last");
        yield 1;
    };
    numbers.next();
}

/// What the coroutine was resumed with is dropped, too.
async fn resumed_with_values() {
    let mut coroutine = pin!(
        #[coroutine]
        |first: Graceful| {
            let _panics = Panics(g("field"));
            let _second: Graceful = yield 1;
            let _first = first;
            yield 2;
        }
    );
    coroutine.as_mut().resume(g("first"));
    coroutine.as_mut().resume(g("second"));
}

/// A panic while it runs is one in a function.
async fn while_it_runs() {
    let _outside = g("outside");
    let mut numbers = gen {
        let _first = g("first");
        yield 1;
        boom();
    };
    numbers.next();
    numbers.next();
}

fn cancel(polls: usize) {
    println!("cancelled after {polls} polls");
    let mut future = Box::pin(suspended(2));
    for _ in 0..polls {
        assert!(poll_caught(future.as_mut()).unwrap().is_pending());
    }
    drop(future);
    assert!(!std::thread::panicking());
    assert_none_alive();
}

fn main() {
    set_hook();
    for items in 0..=3 {
        println!("{items} items");
        let mut future = Box::pin(suspended(items));
        if items % 3 == 0 {
            block_on(future);
        } else {
            assert_eq!(text(&poll_out(future.as_mut())), "boom");
        }
        assert_none_alive();
    }
    unwind("left by break", left_by_break());
    unwind("captures", captures());
    unwind("sync half", sync_half());
    unwind("resumed with values", resumed_with_values());
    unwind("while it runs", while_it_runs());
    for polls in 1..=6 {
        cancel(polls);
    }
}
