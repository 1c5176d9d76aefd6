//! R7: a field of a packed struct is moved to an aligned place before its destructor borrows it,
//! as for sync drops.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

#[repr(C, packed)]
#[allow(dead_code)]
struct Packed(u8, Graceful, Plain);

fn packed() -> Packed {
    Packed(0, Graceful::new("1"), Plain::new("2"))
}

async fn scope() {
    let _packed = packed();
}

async fn partly_moved() {
    let Packed(_, _graceful, ..) = packed();
}

fn main() {
    println!("awaited");
    block_on(scope());
    block_on(partly_moved());
    assert_none_alive();
    for polls in 0..2 {
        cancel_after("cancelled", polls, scope());
        cancel_after("cancelled, partly moved", polls, partly_moved());
    }
}
