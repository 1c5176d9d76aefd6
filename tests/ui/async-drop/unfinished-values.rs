//! R2, R12, R13: the operands that were computed for a call, a tuple, an array or a struct are
//! dropped if the rest of the expression leaves the scope, or if the future is cancelled within it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features, unreachable_code)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn wait(name: &'static str) -> Graceful {
    suspend().await;
    g(name)
}

/// Fails after a suspension.
async fn fail() -> Option<Graceful> {
    suspend().await;
    None
}

struct Three {
    a: Graceful,
    b: Plain,
    c: Graceful,
}

async fn call() -> Option<()> {
    async fn three(_: Graceful, _: Plain, _: Graceful) {}
    let _local = g("local");
    three(g("first"), p("second"), fail().await?).await;
    Some(())
}

async fn tuple() -> Option<()> {
    let _tuple = (g("0"), (p("1.0"), wait("1.1").await), fail().await?);
    Some(())
}

async fn array() -> Option<()> {
    let _array = [g("0"), wait("1").await, fail().await?];
    Some(())
}

async fn structure() -> Option<()> {
    let _three = Three { c: g("c"), b: p("b"), a: fail().await? };
    Some(())
}

async fn update() -> Option<()> {
    let base = Three { a: g("a"), b: p("b"), c: g("c") };
    let _three = Three { b: p("new b"), c: fail().await?, ..base };
    Some(())
}

async fn block_in_an_operand() {
    for round in 0..2 {
        let _pair = (g("0"), {
            let _inner = g("inner");
            if round == 0 {
                continue;
            }
            p("1")
        });
    }
}

async fn binary() -> Option<u8> {
    let sum = (&g("left"), 1).1 + { (&g("right"), fail().await?.len()).1 };
    Some(sum)
}

async fn method() -> Option<()> {
    g("receiver").consume(p("argument"), fail().await?);
    Some(())
}

async fn assignment() -> Option<()> {
    let mut value = g("old");
    value = if value.len() == 0 { fail().await? } else { value };
    value = Three { a: value, b: p("b"), c: fail().await? }.a;
    drop(value);
    Some(())
}

async fn returned() -> Option<(Graceful, Graceful)> {
    let _local = g("local");
    Some((g("0"), fail().await?))
}

async fn block_captures() -> Option<()> {
    let (a, b) = (g("a"), p("b"));
    let _pair = (
        async move {
            let _both = (a, b);
        },
        fail().await?,
    );
    Some(())
}

trait Methods: Sized {
    fn consume(self, _: Plain, _: Graceful) {}

    fn len(&self) -> u8 {
        0
    }
}

impl Methods for Graceful {}

/// Counts the polls first, to cancel at each of them.
fn check<F: Future>(title: &str, future: impl Fn() -> F) {
    println!("{title}");
    let mut boxed = Box::pin(future());
    let mut polls = 0;
    while poll_once(boxed.as_mut()).is_pending() {
        polls += 1;
    }
    drop(boxed);
    assert_none_alive();
    for polls in 1..=polls {
        cancel_after(&format!("{title}, cancelled in a sync context"), polls, future());
    }
    for polls in 1..=polls {
        println!("{title}, cancelled in an async body, {polls} polls");
        block_on(leave_after(polls, future()));
        assert_none_alive();
    }
}

fn main() {
    check("call", call);
    check("tuple", tuple);
    check("array", array);
    check("struct", structure);
    check("update", update);
    check("block", block_in_an_operand);
    check("binary", binary);
    check("method", method);
    check("assignment", assignment);
    check("return", returned);
    check("captures", block_captures);
}
