//! R16: `std::thread::panicking` is true in the destructors that a panic awaits, at each of their
//! polls, and false in between, for whatever else the thread polls, and once the panic is out.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::thread::panicking;

use unwinding::*;

struct Tells(&'static str);

impl Tells {
    fn tell(&self, when: &str) {
        println!("    {} {when}: {}", self.0, panicking());
    }
}

impl Drop for Tells {
    fn drop(&mut self) {
        self.tell("sync");
    }
}

impl AsyncDrop for Tells {
    async fn drop(self: Pin<&mut Self>) {
        self.tell("begin");
        suspend().await;
        self.tell("middle");
        // Catching something else changes nothing.
        assert!(catch_unwind(|| ()).is_ok());
        let _local = TellsSync("local of the destructor");
        suspend().await;
        self.tell("end");
    }
}

/// A type with `Drop` only.
struct TellsSync(&'static str);

impl Drop for TellsSync {
    fn drop(&mut self) {
        println!("    {}: {}", self.0, panicking());
    }
}

async fn panics() {
    let _outer = TellsSync("plain value");
    let _first = Tells("first");
    {
        let _second = Tells("second, not while unwinding");
    }
    let _third = Tells("third");
    let _last = TellsSync("last");
    boom();
}

/// What is polled in turns.
async fn other() {
    loop {
        println!("    other: {}", panicking());
        let _value = Tells("of the other one");
        suspend().await;
    }
}

fn main() {
    set_hook();
    let mut future = pin!(panics());
    let mut other = pin!(other());
    loop {
        println!("  between: {}", panicking());
        match poll_caught(future.as_mut()) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(())) => unreachable!(),
            Err(_) => break,
        }
        assert!(poll_once(other.as_mut()).is_pending());
    }
    println!("  after: {}", panicking());
}
