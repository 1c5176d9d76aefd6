//! R5: parameters are awaited when the body completes, in reverse, each binding before the argument
//! that its pattern took it from: bindings by move and by reference, `mut`, `_`, tuples, structs,
//! slices, `self`, and those of async closures and of methods of traits.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features, unused_mut, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use std::rc::Rc;

use support::*;

struct Pair {
    first: Graceful,
    second: (Plain, Graceful),
}

fn pair() -> Pair {
    Pair { first: g("first"), second: (p("second.0"), g("second.1")) }
}

async fn names(a: Graceful, _b: Plain, mut c: Graceful) {
    println!("    body");
    let _local = g("local");
}

async fn wildcards(_: Graceful, _a: Graceful, _: Plain, _: (Graceful, Plain)) {
    println!("    body");
}

async fn tuple((a, _, mut b): (Graceful, Graceful, Plain), c: Graceful) {
    println!("    body");
}

async fn structure(Pair { first, second: (_, b) }: Pair, Pair { first: mut third, .. }: Pair) {
    println!("    body");
}

async fn by_reference(ref a: Graceful, (ref b, c): (Graceful, Graceful)) {
    println!("    body");
}

async fn elements([a, .., b]: [Graceful; 4], [_, rest @ ..]: [Graceful; 3]) {
    println!("    body");
}

async fn nested(((a, _), (_, b)): ((Graceful, Graceful), (Plain, Graceful))) {
    println!("    body");
}

async fn moved_away(a: Graceful, (b, c): (Graceful, Graceful)) -> Graceful {
    let _inner = a;
    println!("    body");
    c
}

async fn early(a: Graceful, b: Graceful, fails: bool) -> Result<(), Graceful> {
    let _local = g("local");
    if fails {
        Err(b)?;
    }
    println!("    body");
    Ok(())
}

async fn generic<A>(a: A, [_, second]: [A; 2]) {
    println!("    body");
}

async fn implementing(a: impl Sized, b: &impl Sized) {
    println!("    body");
}

struct Service(Graceful);

impl Service {
    async fn by_value(self, _request: Graceful) {
        println!("    body");
    }

    async fn by_reference(&self, _request: Graceful) {
        println!("    body");
    }

    async fn by_rc(self: Rc<Self>, _request: Graceful) {
        println!("    body");
    }

    async fn mutable(mut self, Pair { first, .. }: Pair) {
        let _taken = self.0;
        println!("    body");
    }
}

trait Serve {
    async fn serve(self, request: Graceful);

    async fn default_serve(self, _: Graceful, request: Graceful)
    where
        Self: Sized,
    {
        println!("    default body");
    }
}

impl Serve for Service {
    async fn serve(self, _: Graceful) {
        println!("    body");
    }
}

async fn closures() {
    let closure = async |a: Graceful, (b, _): (Graceful, Plain), _: Graceful, mut c: Plain| {
        println!("    body");
    };
    closure(g("a"), (g("b.0"), p("b.1")), g("_"), p("c")).await;
    println!("    again");
    closure(g("d"), (g("e.0"), p("e.1")), g("__"), p("f")).await;
    let sync_closure = |a: Graceful, b: Graceful| async move {
        println!("    body");
        let _b = &b;
    };
    sync_closure(g("not captured"), g("captured")).await;
}

async fn all() {
    run_keeping("names", names(g("a"), p("b"), g("c"))).await;
    run_keeping("wildcards", wildcards(g("first _"), g("a"), p("plain _"), (g("_.0"), p("_.1"))))
        .await;
    run_keeping("tuple", tuple((g("a"), g("_"), p("b")), g("c"))).await;
    run_keeping("struct", structure(pair(), pair())).await;
    run_keeping("by reference", by_reference(g("a"), (g("b"), g("c")))).await;
    let elements = elements([g("0"), g("1"), g("2"), g("3")], [g("a"), g("b"), g("c")]);
    run_keeping("elements", elements).await;
    run_keeping("nested", nested(((g("0.0"), g("0.1")), (p("1.0"), g("1.1"))))).await;
    run_keeping("moved away", moved_away(g("a"), (g("b"), g("c")))).await;
    run_keeping("early exit", early(g("a"), g("b"), true)).await;
    run_keeping("no early exit", early(g("a"), g("b"), false)).await;
    run_keeping("generic, graceful", generic(g("a"), [g("0"), g("1")])).await;
    run_keeping("generic, plain", generic(p("a"), [p("0"), p("1")])).await;
    run_keeping("impl Trait", async {
        let lent = g("lent");
        implementing((p("0"), g("1")), &lent).await;
    })
    .await;
    run_keeping("self", Service(g("self")).by_value(g("request"))).await;
    run_keeping("&self", async {
        Service(g("self")).by_reference(g("request")).await;
    })
    .await;
    run_keeping("self: Rc<Self>", async {
        let service = Rc::new(Service(g("self")));
        Rc::clone(&service).by_rc(g("request")).await;
        // Taken out, so that no `Rc` is left to drop it.
        let _service = Rc::into_inner(service);
    })
    .await;
    run_keeping("mut self", Service(g("self")).mutable(pair())).await;
    run_keeping("method of a trait", Service(g("self")).serve(g("request"))).await;
    run_keeping(
        "default method of a trait",
        Service(g("self")).default_serve(g("_"), g("request")),
    )
    .await;
    run_keeping("closures", closures()).await;
}

fn main() {
    block_on(all());
}
