//! R11: a packed struct can have an async destructor, which is given the struct, not its fields.
//! A field is moved to an aligned place afterwards (R7).
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

#[path = "../auxiliary/support.rs"]
mod support;
use support::*;

#[repr(C, packed)]
struct Packed(u8, Graceful, u16);

impl Drop for Packed {
    fn drop(&mut self) {
        let number = self.2;
        println!("    sync packed {} {number}", self.0);
    }
}

impl AsyncDrop for Packed {
    async fn drop(self: Pin<&mut Self>) {
        let number = self.2;
        println!("    begin packed {} {number}", self.0);
        suspend().await;
        println!("    end packed");
    }
}

fn packed() -> Packed {
    Packed(1, Graceful::new("field"), 0x1234)
}

async fn scope() {
    let _packed = packed();
}

fn main() {
    println!("awaited");
    block_on(scope());
    assert_none_alive();
    for polls in 0..3 {
        cancel_after("cancelled", polls, scope());
    }
}
