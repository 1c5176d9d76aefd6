//! R16, R18: a panic while an expression is evaluated awaits its operands and the temporaries that
//! live by then, the last one first.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use unwinding::*;

fn borrows<A, B>(_: &A, _: &B) -> bool {
    true
}

fn takes(_: Graceful, _: Plain, _: Graceful) {}

async fn second_temporary() {
    let _local = g("local");
    borrows(&g("first temporary"), &never::<Graceful>());
}

async fn call_with_temporaries() {
    fn panics(_: &Graceful, _: &Plain) {
        boom();
    }
    panics(&g("first temporary"), &p("second temporary"));
}

async fn argument() {
    let _local = p("local");
    takes(g("first argument"), p("second argument"), never());
}

async fn argument_and_temporary() {
    takes(g("first argument"), p("second argument"), {
        borrows(&g("temporary"), &boom());
        g("not made")
    });
}

async fn scrutinee() {
    match (&g("in the scrutinee"), never::<Option<u8>>()) {
        (_, Some(_)) => {}
        (_, None) => {}
    }
}

async fn arm() {
    match (g("in the scrutinee"), p("plain")) {
        (ref _borrowed, _) => {
            let _local = g("local of the arm");
            boom();
        }
    }
}

async fn guard() {
    fn panics() -> bool {
        boom();
        true
    }
    match Some(g("matched")) {
        Some(_value) if panics() => {}
        _ => {}
    }
}

async fn condition() {
    if borrows(&g("in the condition"), &boom()) {
        let _not_made = g("not made");
    }
}

async fn awaited_operand() {
    async fn panics(_: &Graceful) -> Graceful {
        suspend().await;
        never()
    }
    takes(g("first argument"), p("second argument"), panics(&g("temporary")).await);
}

async fn extended() {
    let _extended = &g("extended");
    let (_a, _b) = (&g("also extended"), p("plain"));
    boom();
}

fn main() {
    set_hook();
    unwind("evaluation of a second temporary", second_temporary());
    unwind("a call with temporaries", call_with_temporaries());
    unwind("evaluation of an argument", argument());
    unwind("evaluation of an argument with a temporary", argument_and_temporary());
    unwind("scrutinee", scrutinee());
    unwind("arm", arm());
    unwind("guard", guard());
    unwind("condition", condition());
    unwind("an operand that is awaited", awaited_operand());
    unwind("extended temporaries", extended());
}
