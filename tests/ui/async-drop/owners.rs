//! R1: values are awaited in today's order, whatever owns them: variables in reverse, fields,
//! elements and captures forward, and only those of the active variant. Plain values in between are
//! sync-dropped in between.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

struct Named {
    second: Plain,
    first: Graceful,
    number: u64,
    third: (Plain, Graceful),
}

struct Unit(Graceful);

enum Variants {
    Nothing,
    Number(u8),
    Tuple(Graceful, Plain, Graceful),
    Struct { plain: Plain, inner: Option<Unit> },
    Nested(Result<[Graceful; 2], Plain>),
}

struct Generic<A, B>(A, B);

struct Const<T, const N: usize>([T; N]);

async fn variables() {
    let _a = g("a");
    let _b = p("b");
    let (_c, _d) = (g("c"), p("d"));
    let _e;
    let _f = g("f");
    _e = g("e");
    {
        let _shadowed = g("shadowed");
        let _shadowed = p("shadows");
        let _g = g("g");
    }
    let _h = p("h");
}

async fn fields() {
    let _named = Named {
        first: g("first"),
        third: (p("third.0"), g("third.1")),
        second: p("second"),
        number: 0,
    };
    let _unit = Unit(g("unit"));
    let _tuple = (g("0"), p("1"), 2, (g("3.0"), (p("3.1.0"),)), g("4"));
}

async fn elements() {
    let _array = [g("0"), g("1"), g("2")];
    let _plain = [p("plain 0"), p("plain 1")];
    let _pairs = [(p("0.0"), g("0.1")), (p("1.0"), g("1.1"))];
    let _arrays = [[g("0, 0"), g("0, 1")], [g("1, 0"), g("1, 1")]];
    let _one = [g("one")];
    let _none: [Graceful; 0] = [];
    let _const = Const([Some(g("some 0")), None, Some(g("some 2"))]);
}

async fn variants() {
    let _nothing = Variants::Nothing;
    let _number = Variants::Number(1);
    let _tuple = Variants::Tuple(g("0"), p("1"), g("2"));
    let _struct = Variants::Struct { plain: p("plain"), inner: Some(Unit(g("inner"))) };
    let _struct = Variants::Struct { plain: p("only plain"), inner: None };
    let _nested = Variants::Nested(Ok([g("ok 0"), g("ok 1")]));
    let _nested = Variants::Nested(Err(p("error")));
    let _options = (None::<Graceful>, Some(g("some")), Some(Some(p("some some"))));
}

async fn generic<A, B>(a: A, b: B) {
    let _between = g("between");
    let _generic = Generic(Some(a), [b]);
}

async fn closures() {
    let (a, b, c) = (g("a"), p("b"), g("c"));
    let _first = move || {
        let _both = (&a, &b);
    };
    let _second = move || {
        let _moved = &c;
    };
    let (d, e) = (g("d"), p("e"));
    let _tuple = (move || drop(d), move || drop(e));
}

/// Futures that were not polled own what they captured, and what they captured may be a future.
async fn futures() {
    let (a, b) = (g("a"), p("b"));
    let inner = async move {
        let _both = (&a, &b);
    };
    let c = g("c");
    let outer = async move {
        let _c = &c;
        inner.await;
    };
    let _held = (p("before"), outer, Some(async_closure(g("d"))));
    println!("    held");
}

fn async_closure(value: Graceful) -> impl AsyncFn() {
    async move || {
        let _value = &value;
    }
}

async fn references() {
    let a = g("a");
    let _borrowed = (&a, g("b"));
    let _pointer = &raw const a;
    let _mutable = &mut p("c");
}

async fn all() {
    run("variables", variables()).await;
    run("fields", fields()).await;
    run("elements", elements()).await;
    run("variants", variants()).await;
    run("generic, both graceful", generic(g("a"), g("b"))).await;
    run("generic, one of two", generic(p("a"), (g("b.0"), p("b.1")))).await;
    run("generic, none", generic(p("a"), 0)).await;
    run("closures", closures()).await;
    run("futures", futures()).await;
    run("references", references()).await;
}

fn main() {
    block_on(all());
}
