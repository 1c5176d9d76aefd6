//! R12, R13, R14: a future that is a part of another value is cancelled in that part's turn, from
//! whatever state it is in, by await in an async body and by sync drop elsewhere.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(dead_code, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::{Pin, pin};

use support::*;

/// Polled once, it is suspended in its body, then in the destructor of its variable, then in that
/// of its parameter.
async fn future(_captured: Graceful, local: &'static str) {
    let _local = Graceful::new(local);
    suspend().await;
}

fn first() -> impl Future {
    future(Graceful::new("first captured"), "first local")
}

fn pair() -> [impl Future; 2] {
    [("0 captured", "0 local"), ("1 captured", "1 local")]
        .map(|(captured, local)| future(Graceful::new(captured), local))
}

fn step<F: Future>(future: &mut F) {
    println!("  poll");
    // SAFETY: whoever owns the future here is pinned.
    let _ = poll_once(unsafe { Pin::new_unchecked(future) });
}

struct Struct<F> {
    before: Plain,
    future: F,
    after: Graceful,
}

enum Enum<F> {
    Nothing,
    Something(Graceful, F),
}

/// Polls what is inside in place, then drops the whole.
fn cancel<W>(title: &str, make: impl Fn() -> W, poll: impl Fn(&mut W)) {
    for polls in 0..5 {
        println!("{title}, {polls} polls, in an async body");
        block_on(async {
            {
                let mut wrapper = pin!(make());
                for _ in 0..polls {
                    // SAFETY: `poll` does not move it.
                    poll(unsafe { wrapper.as_mut().get_unchecked_mut() });
                }
                println!("  leave");
            }
            println!("  left");
        });
        assert_none_alive();

        println!("{title}, {polls} polls, in a sync context");
        let mut wrapper = Box::pin(make());
        for _ in 0..polls {
            // SAFETY: as above.
            poll(unsafe { wrapper.as_mut().get_unchecked_mut() });
        }
        println!("  cancel");
        drop(wrapper);
        assert_none_alive();
    }
}

fn main() {
    cancel("future", first, step);
    cancel("option", || Some(first()), |option| step(option.as_mut().unwrap()));
    cancel(
        "struct",
        || Struct { before: Plain::new("before"), future: first(), after: Graceful::new("after") },
        |wrapper| step(&mut wrapper.future),
    );
    cancel(
        "tuple",
        || (Graceful::new("0"), first(), Plain::new("2"), first()),
        |tuple| step(&mut tuple.1),
    );
    cancel("array", pair, |array| step(&mut array[1]));
    cancel(
        "enum",
        || [Enum::Something(Graceful::new("field"), first()), Enum::Nothing],
        |[value, _]| match value {
            Enum::Nothing => {}
            Enum::Something(_, future) => step(future),
        },
    );
    cancel(
        "awaited by a future",
        || async {
            let _outer = Graceful::new("outer");
            let _both = (Graceful::new("outer.0"), first().await);
        },
        step,
    );
    cancel(
        "wrappers in wrappers",
        || {
            Some((
                [pair()],
                Struct { before: Plain::new("b"), future: (), after: Graceful::new("a") },
            ))
        },
        |wrapper| step(&mut wrapper.as_mut().unwrap().0[0][0]),
    );
    cancel(
        "pinned by a future",
        || async {
            let _outer = Graceful::new("outer");
            let mut pinned = pin!(first());
            for _ in 0..4 {
                let _ = poll_once(pinned.as_mut());
                suspend().await;
            }
        },
        step,
    );
}
