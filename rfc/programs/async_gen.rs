//! An `async gen` that is suspended at a `yield` leaves a scope of an async body.
#![feature(async_drop, gen_blocks, async_iterator)]
#![allow(incomplete_features)]
#[path = "../../tests/ui/async-drop/auxiliary/support.rs"]
mod support;
use std::async_iter::AsyncIterator;
use std::pin::pin;
use std::task::{Context, Waker};

use support::*;

async gen fn rows() -> u8 {
    let _cursor = Graceful::new("cursor");
    yield 1;
    yield 2;
}

fn main() {
    block_on(async {
        {
            let mut rows = pin!(rows());
            println!("{:?}", rows.as_mut().poll_next(&mut Context::from_waker(Waker::noop())));
        }
        println!("left the scope");
    });
}
