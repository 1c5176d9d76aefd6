//! R4: what was moved out is not dropped, and the rest is, each in its turn: after conditional
//! moves, moves in loops, partial moves, moves in one arm only, and moves into closures and async
//! blocks. A variable that is assigned again after a move is dropped again.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(
    async_drop_in_sync_context,
    dead_code,
    incomplete_features,
    unused_assignments,
    unused_variables
)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

/// Awaits its argument, as the awaited `mem::drop`.
async fn consume<T>(value: T) {
    println!("    consume");
}

async fn conditional(moves: bool) {
    let a = g("a");
    let b = p("b");
    let c = g("c");
    if moves {
        consume(a).await;
        let _moved = b;
    }
    println!("    end");
}

async fn conditional_twice(first: bool, second: bool) {
    let a = g("a");
    let b = g("b");
    let tuple;
    if first {
        tuple = (Some(a), None);
    } else {
        tuple = (None, Some(b));
        if second {
            consume(a).await;
        }
        println!("    else");
    }
    println!("    end");
}

async fn in_a_loop() {
    let mut value = Some(g("0"));
    for name in ["1", "2"] {
        if let Some(old) = value {
            consume(old).await;
        }
        value = Some(g(name));
        println!("    next");
    }
}

async fn leaves_the_loop_on_move() {
    let value = g("value");
    let other = g("other");
    for round in 0..3 {
        let _round = g("round");
        if round == 1 {
            consume(value).await;
            break;
        }
    }
    println!("    end");
}

async fn in_one_arm(arm: u8) {
    let a = (g("a.0"), p("a.1"));
    let b = g("b");
    match arm {
        0 => consume(a).await,
        1 => consume(a.0).await,
        2 => {
            let _inner = g("inner");
            let _moved = (b, a.1);
        }
        _ => {}
    }
    println!("    end");
}

struct Pair {
    first: Graceful,
    plain: Plain,
    second: (Graceful, Graceful),
}

fn pair() -> Pair {
    Pair { first: g("first"), plain: p("plain"), second: (g("second.0"), g("second.1")) }
}

async fn out_of_a_struct() {
    let pair = pair();
    consume(pair.second.0).await;
    println!("    end");
}

async fn out_of_a_struct_whole() {
    let pair = pair();
    let Pair { first, plain, second: (a, b) } = pair;
    println!("    end");
}

async fn rest_pattern() {
    let pair = pair();
    let Pair { first, .. } = pair;
    println!("    matched");
    let (.., last) = (g("0"), g("1"), p("2"), g("3"));
    println!("    end");
}

async fn rest_of_a_parameter(Pair { second: (_, b), .. }: Pair) {
    println!("    end");
}

async fn wildcards() {
    let tuple = (g("0"), g("1"));
    let (_, _) = tuple;
    let (ref borrowed, _) = tuple;
    println!("    nothing moved");
    match tuple {
        (_, moved) => println!("    arm"),
    }
    println!("    end");
}

enum Message {
    One(Graceful),
    Two { a: Graceful, b: Plain, c: Graceful },
    Empty,
}

async fn out_of_an_enum(message: Message) {
    let after = g("after");
    match message {
        Message::One(value) => {
            println!("    one");
            consume(value).await;
        }
        Message::Two { b, .. } => println!("    two"),
        Message::Empty => println!("    empty"),
    }
    println!("    end");
}

async fn binding_after_a_guard(takes: bool) {
    let option = Some(g("value"));
    match option {
        Some(value) if takes => println!("    taken"),
        Some(_) => println!("    not taken"),
        None => {}
    }
    println!("    end");
}

async fn bound_whole() {
    match Some(g("value")) {
        whole @ Some(_) => println!("    arm"),
        None => {}
    }
    let [first, rest @ ..] = [g("0"), g("1"), g("2")];
    println!("    end");
}

async fn initialised_again(moves: bool) {
    let mut value = g("old");
    if moves {
        consume(value).await;
        value = g("new");
        println!("    again");
    }
    let mut pair = pair();
    consume(pair.first).await;
    pair.first = g("new first");
    consume(pair.second).await;
    println!("    end");
}

async fn initialised_late(when: u8) {
    let value;
    let _other = g("other");
    if when == 0 {
        println!("    never");
        return;
    }
    value = g("value");
    println!("    end");
}

async fn into_a_closure(calls: bool) {
    let a = g("a");
    let b = p("b");
    let (c, d) = (g("c"), g("d"));
    let closure = move || {
        let _moved = (&a, &b);
        println!("    called");
    };
    // It gives away what it captured, which is then dropped where nothing can await.
    let once = move || {
        let _moved = c;
        println!("    called once");
    };
    closure();
    if calls {
        once();
    }
    println!("    end");
}

async fn into_an_async_block(awaits: bool) {
    let (a, b) = (g("a"), (g("b.0"), g("b.1")));
    let block = async move {
        let _moved = (a, &b.0);
        println!("    inside");
    };
    let c = g("c");
    if awaits {
        block.await;
    }
    println!("    end");
}

async fn into_a_struct() {
    let first = g("first");
    let second = (g("second.0"), g("second.1"));
    let before = g("before");
    let pair = Pair { second, plain: p("plain"), first };
    println!("    end");
}

async fn through_a_call() {
    async fn identity(value: Graceful, _other: Graceful) -> Graceful {
        value
    }
    let value = identity(g("value"), g("other")).await;
    let value = identity(value, g("another")).await;
    println!("    end");
}

async fn replaced_and_taken() {
    let mut value = g("value");
    let mut option = Some(g("taken"));
    let old = std::mem::replace(&mut value, g("replacement"));
    let taken = option.take();
    println!("    end");
}

async fn all() {
    run("conditional, moved", conditional(true)).await;
    run("conditional, kept", conditional(false)).await;
    run("conditional twice, first", conditional_twice(true, false)).await;
    run("conditional twice, second", conditional_twice(false, true)).await;
    run("conditional twice, neither", conditional_twice(false, false)).await;
    run("in a loop", in_a_loop()).await;
    run("leaves the loop on a move", leaves_the_loop_on_move()).await;
    for arm in 0..4 {
        run("in one arm", in_one_arm(arm)).await;
    }
    run("out of a struct", out_of_a_struct()).await;
    run("out of a struct, whole", out_of_a_struct_whole()).await;
    run("rest pattern", rest_pattern()).await;
    run("rest of a parameter", rest_of_a_parameter(pair())).await;
    run("wildcards", wildcards()).await;
    run("out of an enum, one", out_of_an_enum(Message::One(g("value")))).await;
    let two = Message::Two { a: g("a"), b: p("b"), c: g("c") };
    run("out of an enum, two", out_of_an_enum(two)).await;
    run("out of an enum, empty", out_of_an_enum(Message::Empty)).await;
    run("guard, taken", binding_after_a_guard(true)).await;
    run("guard, not taken", binding_after_a_guard(false)).await;
    run("bound whole", bound_whole()).await;
    run("initialised again", initialised_again(true)).await;
    run("not initialised again", initialised_again(false)).await;
    run("never initialised", initialised_late(0)).await;
    run("initialised late", initialised_late(1)).await;
    run("into a closure, called", into_a_closure(true)).await;
    run("into a closure, not called", into_a_closure(false)).await;
    run("into an async block, awaited", into_an_async_block(true)).await;
    run("into an async block, not awaited", into_an_async_block(false)).await;
    run("into a struct", into_a_struct()).await;
    run("through a call", through_a_call()).await;
    run("replaced and taken", replaced_and_taken()).await;
}

fn main() {
    block_on(all());
}
