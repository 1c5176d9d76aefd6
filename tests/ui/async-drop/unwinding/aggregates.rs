//! R16, R18: a panic during the construction of an aggregate awaits the parts that are there, the
//! last one first: no destructor of the aggregate itself runs.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::pin::Pin;

use unwinding::*;

struct Parts {
    a: Graceful,
    b: Plain,
    c: Graceful,
}

struct Whole(Graceful, Graceful);

impl Drop for Whole {
    fn drop(&mut self) {
        println!("    sync whole");
    }
}

impl AsyncDrop for Whole {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin whole");
    }
}

async fn a_struct() {
    let _parts = Parts { c: g("c"), b: p("b"), a: never() };
}

async fn with_a_destructor() {
    let _whole = Whole(g("0"), never());
}

async fn rest_of_another() {
    let other = Parts { a: g("a"), b: p("b"), c: g("c") };
    let _parts = Parts { a: never(), ..other };
}

async fn a_tuple() {
    let _tuple = (g("0"), (p("1.0"), g("1.1")), p("2"), never::<u8>());
}

async fn an_array() {
    let _array = [g("0"), g("1"), never()];
}

async fn a_variant() {
    let _result: Result<(Graceful, u8), ()> = Ok((g("payload"), never()));
}

async fn a_vector() {
    let _vector = vec![g("0"), g("1"), never()];
}

async fn a_box() {
    let _first = Box::new(g("boxed"));
    let _box = Box::new((g("to be boxed"), never::<u8>()));
}

async fn after_a_suspension() {
    let _array = [g("0"), g("1"), {
        suspend().await;
        never()
    }];
}

fn main() {
    set_hook();
    unwind("a struct", a_struct());
    unwind("a struct with a destructor", with_a_destructor());
    unwind("a struct that takes the rest of another one", rest_of_another());
    unwind("a tuple", a_tuple());
    unwind("an array", an_array());
    unwind("a variant", a_variant());
    unwind("a vector", a_vector());
    unwind("a box", a_box());
    unwind("after a suspension", after_a_suspension());
}
