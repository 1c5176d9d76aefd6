//! R3: the old value is awaited wherever the assigned place is: a field of something partly moved,
//! a payload behind `ref mut`, what a reference, a `Box` or a `DerefMut` leads to, and what is
//! captured. The right-hand side comes first, and the temporaries of the statement last.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(dead_code, incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;

use support::{new_value as g, *};

struct Three {
    a: Graceful,
    b: Plain,
    c: (Graceful, Graceful),
}

fn three() -> Three {
    Three { a: g("a"), b: p("b"), c: (g("c.0"), g("c.1")) }
}

async fn partly_moved() {
    let mut three = three();
    let moved = three.a;
    three.c.0 = g("new c.0");
    println!("    assigned what was there");
    three.a = g("new a");
    println!("    assigned what was moved");
    three.c = (g("newest c.0"), g("newest c.1"));
    println!("    end");
}

async fn partly_moved_in_branches(moves: bool) {
    let mut three = three();
    if moves {
        let _moved = three.c.1;
    }
    three.c.1 = g("new c.1");
    println!("    assigned");
    three = Three { b: p("new b"), ..three };
    println!("    end");
}

async fn tuple_in_a_loop() {
    let mut tuple = (g("a"), g("b0"));
    for name in ["b1", "b2"] {
        let _round = p("round");
        tuple.1 = g(name);
        println!("    assigned");
    }
    println!("    end");
}

async fn moved_in_a_loop() {
    let mut value = g("0");
    for (round, name) in ["1", "2", "3"].into_iter().enumerate() {
        if round == 1 {
            let _moved = value;
            println!("    moved");
        }
        value = g(name);
        println!("    assigned");
    }
}

enum Payload {
    One(Graceful),
    Two { a: Graceful, b: Plain },
}

async fn payload(mut value: Payload) {
    match &mut value {
        Payload::One(one) => *one = g("new"),
        Payload::Two { a, b } => {
            *a = g("new a");
            *b = p("new b");
        }
    }
    println!("    assigned");
    match value {
        Payload::One(ref mut one) => *one = g("newest"),
        Payload::Two { ref mut b, .. } => *b = p("newest b"),
    }
    println!("    assigned");
    value = Payload::One(g("other variant"));
    println!("    end");
}

async fn some_of_an_option() {
    let mut option = Some(g("old"));
    if let Some(value) = &mut option {
        *value = g("new");
        println!("    assigned");
    }
    option = None;
    println!("    end");
}

async fn references_to_references(place: &mut &mut (Graceful, [Graceful; 1])) {
    place.0 = g("new 0");
    println!("    assigned");
    **place = (g("newest 0"), [g("newest 1")]);
    println!("    assigned");
}

async fn nested_functions() {
    async fn outermost(place: &mut Graceful) {
        async fn inner(place: &mut Graceful, name: &'static str) {
            *place = g(name);
            println!("    assigned {name}");
        }
        inner(place, "inner").await;
        *place = g("outermost");
        println!("    assigned outermost");
    }
    let mut value = g("old");
    outermost(&mut value).await;
    println!("    end");
}

struct Owner {
    value: Graceful,
    plain: Plain,
}

impl Owner {
    async fn set(&mut self, value: Graceful) -> &mut Self {
        self.value = value;
        println!("    set");
        self
    }
}

async fn method() {
    let mut owner = Owner { value: g("old"), plain: p("plain") };
    owner.set(g("new")).await.set(g("newer")).await.value = g("newest");
    println!("    end");
}

/// Is a temporary of the statement that assigns through it.
struct Guard<'a>(&'a mut Graceful, Plain);

impl Deref for Guard<'_> {
    type Target = Graceful;

    fn deref(&self) -> &Graceful {
        self.0
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut Graceful {
        println!("    deref");
        self.0
    }
}

async fn guard() {
    let mut value = g("old");
    *Guard(&mut value, p("guard")) = g("new");
    println!("    end");
}

async fn boxed() {
    let mut boxed = Box::new((g("old"), p("plain")));
    boxed.0 = g("new");
    println!("    assigned");
    // Moved out, so that no `Box` is left to drop its content.
    let (value, plain) = *boxed;
    println!("    end");
}

async fn vector() {
    let mut vector = vec![g("old")];
    vector[0] = g("new");
    println!("    assigned");
    let value = vector.pop();
}

async fn pinned() {
    let mut value = g("old");
    let mut pinned = Pin::new(&mut value);
    *pinned = g("new");
    println!("    assigned");
    // `Pin::set` is no async body.
    pinned.set(g("newest"));
    println!("    end");
}

async fn captured_by_reference() {
    let mut value = g("old");
    let mut assign = async |name| {
        value = g(name);
        println!("    assigned");
    };
    assign("new").await;
    assign("newer").await;
    async {
        value = g("newest");
        println!("    assigned");
    }
    .await;
    println!("    end");
}

async fn captured_by_value() {
    let mut value = (g("old"), p("plain"));
    let mut assign = async move |name| {
        value.0 = g(name);
        println!("    assigned");
    };
    assign("new").await;
    assign("newer").await;
    println!("    end");
}

async fn captured_by_a_block() {
    let mut value = (g("old"), g("other"));
    async move {
        value.0 = g("new");
        println!("    assigned");
    }
    .await;
    println!("    end");
}

async fn parameter(mut value: Graceful, (mut a, _): (Graceful, Graceful)) {
    value = g("new");
    a = g("new a");
    println!("    end");
}

async fn right_hand_side_first() {
    async fn make(name: &'static str) -> Graceful {
        let _local = g("local");
        g(name)
    }
    let mut value = g("old");
    value = make("awaited").await;
    println!("    next");
    value = {
        let _scope = g("scope");
        g("of a block")
    };
    println!("    next");
    value = match &g("scrutinee") {
        _ => g("of a match"),
    };
    println!("    end");
}

async fn right_hand_side_leaves() -> Option<()> {
    let mut value = g("old");
    for name in [Some("new"), None] {
        value = g(name?);
        println!("    assigned");
    }
    None
}

async fn right_hand_side_moves() {
    let mut value = (g("old"), g("stays"));
    value = (g("new"), value.1);
    println!("    next");
    value = (value.1, value.0);
    println!("    next");
    let mut option = Some(g("inside"));
    option = option.map(|old| old);
    println!("    end");
}

async fn destructuring() {
    let (mut a, mut b) = (g("a"), g("b"));
    (a, b) = (b, a);
    println!("    swapped");
    let pair;
    (a, _) = (g("new a"), g("dropped"));
    println!("    assigned");
    [pair, b] = [g("pair"), g("new b")];
    println!("    end");
}

async fn all() {
    run("partly moved", partly_moved()).await;
    run("partly moved in a branch", partly_moved_in_branches(true)).await;
    run("not moved in a branch", partly_moved_in_branches(false)).await;
    run("tuple field in a loop", tuple_in_a_loop()).await;
    run("moved in a loop", moved_in_a_loop()).await;
    run("payload", payload(Payload::One(g("old")))).await;
    run("one of two payloads", payload(Payload::Two { a: g("a"), b: p("b") })).await;
    run("some of an option", some_of_an_option()).await;
    run("reference to a reference", async {
        references_to_references(&mut &mut (g("0"), [g("1")])).await;
        println!("    back");
    })
    .await;
    run("nested functions", nested_functions()).await;
    run("method", method()).await;
    run("guard", guard()).await;
    run("box", boxed()).await;
    run("vector", vector()).await;
    run("pin", pinned()).await;
    run("captured by reference", captured_by_reference()).await;
    run("captured by value", captured_by_value()).await;
    run("captured by a block", captured_by_a_block()).await;
    run("parameter", parameter(g("value"), (g("a"), g("_")))).await;
    run("right-hand side first", right_hand_side_first()).await;
    run("right-hand side leaves", right_hand_side_leaves()).await;
    run("right-hand side moves", right_hand_side_moves()).await;
    run("destructuring", destructuring()).await;
}

fn main() {
    block_on(all());
}
