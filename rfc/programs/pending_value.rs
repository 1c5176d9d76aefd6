//! R13: the value of a block is in no scope while a local is being dropped. It must not be lost.
#![feature(async_drop)]
#![allow(incomplete_features)]
#[path = "../../tests/ui/async-drop/auxiliary/support.rs"]
mod support;
use std::pin::pin;

use support::*;

async fn value() -> Graceful {
    let _connection = Graceful::suspending("connection", 2);
    Graceful::new("value")
}

fn main() {
    println!("sync");
    let mut future = Box::pin(value());
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);

    println!("async");
    block_on(async {
        {
            let mut future = pin!(value());
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    left the scope");
    });
}
