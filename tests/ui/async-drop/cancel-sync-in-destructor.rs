//! R12, R14: a future that is dropped in a sync context while it is suspended in a destructor drops
//! that destructor's future, then the value by `Drop`, then everything else in scope. A destructor
//! that has completed is not followed by `Drop`.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::pin::Pin;

use support::*;

async fn three() {
    let _plain = Plain::new("plain");
    let _first = Graceful::new("first");
    let _second = Graceful::suspending("second", 2);
}

/// Its destructor holds values of its own, and its fields are dropped after it.
struct Owner {
    _field: Graceful,
    _plain: Plain,
    _last: Graceful,
}

impl Owner {
    fn new() -> Owner {
        Owner {
            _field: Graceful::new("field"),
            _plain: Plain::new("plain field"),
            _last: Graceful::new("last field"),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        println!("    sync owner");
    }
}

impl AsyncDrop for Owner {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin owner");
        let _guard = Plain::new("guard of the destructor");
        let _lease = Graceful::new("lease of the destructor");
        suspend().await;
        println!("    end owner");
    }
}

async fn owner() {
    let _outer = Plain::new("outer");
    let _owner = Owner::new();
}

enum Either {
    Left(Graceful, Plain),
    Right([Plain; 2]),
}

async fn variant(left: bool) {
    let _either = if left {
        Either::Left(Graceful::new("left.0"), Plain::new("left.1"))
    } else {
        Either::Right([Plain::new("right.0"), Plain::new("right.1")])
    };
    suspend().await;
}

async fn early_exit() -> Result<(), Plain> {
    let _kept = Plain::new("kept");
    let _closing = Graceful::new("closing");
    Err(Plain::new("error"))?;
    Ok(())
}

async fn generic<T>(value: T) {
    let _value = value;
}

fn main() {
    cancel_after("the last of three", 1, three());
    cancel_after("the last of three, suspended once more", 2, three());
    cancel_after("the second of three", 3, three());
    cancel_after("an owner's own destructor", 1, owner());
    cancel_after("inside the owner's destructor's own scope", 2, owner());
    cancel_after("the owner's first field", 3, owner());
    cancel_after("the owner's last field", 4, owner());
    cancel_after("an enum, before its destructor", 1, variant(true));
    cancel_after("an enum, in its destructor", 2, variant(true));
    cancel_after("an enum without async drop in this variant", 1, variant(false));
    cancel_after("the value being returned", 1, early_exit());
    cancel_after("a generic parameter", 1, generic((Plain::new("0"), Graceful::new("1"))));
    cancel_after("nested destructors", 1, generic(Owner::new()));
}
