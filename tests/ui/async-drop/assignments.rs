//! R3: an assignment evaluates its right-hand side, awaits the destructor of the old value, and
//! then stores the new one. Cancelled in between, the place has the new value, and is dropped with
//! it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn variable() {
    let mut place = new_value("old");
    place = new_value("new");
    println!("    assigned");
}

async fn field() {
    let mut pair = (new_value("old.0"), new_value("old.1"));
    pair.1 = new_value("new.1");
    println!("    assigned");
}

async fn behind_a_reference() {
    async fn assign(place: &mut (Graceful, Plain)) {
        place.0 = new_value("new");
        println!("    assigned");
    }
    let mut place = (new_value("old"), Plain::new("plain"));
    assign(&mut place).await;
}

async fn in_a_loop() {
    let mut place = new_value("0");
    for name in ["1", "2"] {
        place = new_value(name);
    }
}

async fn moved_out(moves: bool) {
    let mut place = new_value("old");
    if moves {
        drop(place);
    }
    place = new_value("new");
    println!("    assigned");
}

async fn uninitialized() {
    let place;
    place = new_value("only");
    println!("    assigned");
}

async fn generic<T>(mut place: T, value: T) {
    place = value;
    println!("    assigned");
}

async fn question_mark() -> Result<(), ()> {
    let mut place = Ok(new_value("old"));
    place = Err(());
    place?;
    Ok(())
}

macro_rules! all {
    ($($title:literal: $future:expr, pending $polls:expr;)*) => {$(
        println!(concat!($title, ", completed"));
        let _ = block_on($future);
        assert_none_alive();
        for polls in 1..=$polls {
            println!(concat!($title, ", cancelled in an async body"));
            block_on(leave_after(polls, $future));
            assert_none_alive();
        }
        for polls in 1..=$polls {
            cancel_after(concat!($title, ", cancelled in a sync context"), polls, $future);
        }
    )*};
}

fn main() {
    all! {
        "variable": variable(), pending 2;
        "field": field(), pending 3;
        "behind a reference": behind_a_reference(), pending 2;
        "in a loop": in_a_loop(), pending 3;
        "after a move": moved_out(true), pending 1;
        "after no move": moved_out(false), pending 2;
        "first assignment": uninitialized(), pending 1;
        "generic": generic(Graceful::new("old"), Graceful::new("new")), pending 2;
        "generic, plain": generic(Plain::new("old"), Plain::new("new")), pending 0;
        "another variant": question_mark(), pending 1;
    }
}
