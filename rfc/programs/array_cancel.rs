//! R12: a future is cancelled in sync code while it is suspended in the destructor of an array's element.
#![feature(async_drop)]
#![allow(incomplete_features)]
#[path = "../../tests/ui/async-drop/auxiliary/support.rs"]
mod support;
use support::*;

async fn array() {
    let _plain = Plain::new("plain");
    let _array = [Graceful::new("0"), Graceful::new("1"), Graceful::new("2")];
}

fn main() {
    for polls in 1..=3 {
        cancel_after("array", polls, array());
    }
}
