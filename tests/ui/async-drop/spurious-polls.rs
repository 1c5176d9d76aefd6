//! R1, R13, R15: a destructor that is polled again and again while it has to wait stays where it
//! is. It begins once and ends once, and nothing else happens in between.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use std::cell::Cell;
use std::future::{AsyncDrop, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use support::*;

thread_local! {
    static OPEN: Cell<bool> = const { Cell::new(false) };
}

/// Waits until the gate was opened, and closes it behind itself.
async fn gate() {
    poll_fn(|_| if OPEN.replace(false) { Poll::Ready(()) } else { Poll::Pending }).await
}

struct Gated(&'static str, #[allow(dead_code)] Plain);

fn gated(name: &'static str) -> Gated {
    Gated(name, Plain::new("field"))
}

impl Drop for Gated {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
    }
}

impl AsyncDrop for Gated {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin {}", self.0);
        gate().await;
        println!("    middle {}", self.0);
        gate().await;
        println!("    end {}", self.0);
    }
}

async fn parts(_parameter: Gated) {
    let _array = [gated("0"), gated("1")];
    let mut value = (gated("old"), Plain::new("plain"));
    value.0 = gated("new");
}

async fn cancels() {
    {
        let mut future = pin!(async {
            let _a = gated("a");
            {
                let _b = gated("b");
            }
        });
        for _ in 0..3 {
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("  leave");
    }
    println!("  left");
}

/// Opens the gate at each fourth poll.
fn run(title: &str, future: impl Future<Output = ()>) {
    println!("{title}");
    let mut future = pin!(future);
    for poll in 1..1_000 {
        if poll % 4 == 0 {
            println!("  open");
            OPEN.set(true);
        }
        if poll_once(future.as_mut()).is_ready() {
            assert!(!OPEN.get());
            assert_none_alive();
            return;
        }
    }
    panic!("the future does not complete");
}

fn main() {
    run("parts", parts(gated("parameter")));
    run("cancelled", cancels());
}
