//! R3: the old value of an element that is assigned by index is awaited.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use support::{new_value as g, *};

async fn constant() {
    let mut array = [g("0"), g("1"), g("2")];
    array[1] = g("new 1");
    println!("    end");
}

async fn variable(index: usize) {
    let mut array = [g("0"), g("1"), g("2")];
    array[index] = g("new");
    println!("    end");
}

async fn in_a_loop() {
    let mut array = [g("a"), g("b")];
    for index in 0..3 {
        let _round = Plain::new("round");
        array[index % 2] = g(["0", "1", "2"][index]);
        println!("    assigned");
    }
    println!("    end");
}

async fn field_of_an_element() {
    let mut array = [(g("0.0"), Plain::new("0.1")), (g("1.0"), Plain::new("1.1"))];
    array[0].0 = g("new 0.0");
    println!("    assigned");
    array[1].1 = Plain::new("new 1.1");
    println!("    end");
}

async fn element_of_elements(first: usize, second: usize) {
    let mut array = [[g("0, 0"), g("0, 1")], [g("1, 0"), g("1, 1")]];
    array[first][second] = g("new");
    println!("    assigned");
    array[first] = [g("newest 0"), g("newest 1")];
    println!("    end");
}

async fn behind_a_slice(slice: &mut [Graceful], index: usize) {
    slice[index] = g("new");
    println!("    assigned");
    if let [.., last] = slice {
        *last = g("new last");
        println!("    assigned");
    }
}

struct Owner {
    array: [Graceful; 2],
}

impl Owner {
    async fn set(&mut self, index: usize) {
        self.array[index] = g("new");
        println!("    set");
    }
}

async fn field_behind_a_reference() {
    let mut owner = Owner { array: [g("0"), g("1")] };
    owner.set(1).await;
    println!("    end");
}

async fn behind_references(array: &mut &mut [Graceful; 2], index: usize) {
    array[index] = g("new");
    println!("    end");
}

async fn captured(index: usize) {
    let mut array = [g("0"), g("1")];
    let mut assign = async move |name| array[index] = g(name);
    assign("new").await;
    assign("newer").await;
    println!("    end");
}

async fn captured_by_reference(index: usize) {
    let mut array = [g("0"), g("1")];
    async { array[index] = g("new") }.await;
    println!("    end");
}

async fn index_after_the_value() {
    let mut array = [g("0")];
    array[{
        println!("    index");
        0
    }] = g("new");
    println!("    end");
}

async fn all() {
    run("constant", constant()).await;
    run("variable", variable(2)).await;
    run("in a loop", in_a_loop()).await;
    run("field of an element", field_of_an_element()).await;
    run("element of elements", element_of_elements(1, 0)).await;
    run("behind a slice", async {
        let mut array = [g("0"), g("1"), g("2")];
        behind_a_slice(&mut array[1..], 0).await;
        println!("    end");
    })
    .await;
    run("field behind a reference", field_behind_a_reference()).await;
    run("behind two references", async {
        let mut array = [g("0"), g("1")];
        behind_references(&mut &mut array, 0).await;
    })
    .await;
    run("captured", captured(1)).await;
    run("captured by reference", captured_by_reference(0)).await;
    run("index after the value", index_after_the_value()).await;
}

fn main() {
    block_on(all());
    for polls in 1..=2 {
        cancel_after("cancelled in a sync context", polls, variable(0));
    }
    for polls in 1..=2 {
        println!("cancelled in an async body");
        block_on(leave_after(polls, variable(0)));
        assert_none_alive();
    }
}
