//! R17: a value that no scope owns yet is dropped if a destructor panics on the way out of the
//! scope that computed it: while it is awaited, in a sync cancellation, and in an async one.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;

use support::*;

/// Panics in its destructor, where it is told to. The panic is without a message.
struct Panics {
    awaited: bool,
    sync: bool,
}

impl Drop for Panics {
    fn drop(&mut self) {
        if self.sync {
            resume_unwind(Box::new(()));
        }
    }
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        if self.awaited {
            resume_unwind(Box::new(()));
        }
    }
}

async fn returned(panics: Panics) -> Plain {
    let _panics = panics;
    Plain::new("returned")
}

async fn bound(panics: Panics) {
    let _bound = {
        let _panics = panics;
        (Plain::new("bound"), Graceful::new("bound, graceful"))
    };
    forever().await
}

async fn broken_with(panics: Panics) -> Plain {
    loop {
        let _panics = &panics;
        break {
            let _panics = panics;
            Plain::new("broken with")
        };
    }
}

async fn argument(panics: Panics) {
    fn consume(_: Plain, _: Plain) {}
    consume(Plain::new("argument"), {
        let _panics = panics;
        Plain::new("second argument")
    })
}

fn check<F: Future>(future: impl Fn(Panics) -> F) {
    let panics = |run: &dyn Fn()| {
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "the destructor did not panic");
        assert_none_alive();
    };
    let awaited = || future(Panics { awaited: true, sync: false });
    let sync = || future(Panics { awaited: false, sync: true });
    panics(&|| drop(block_on(awaited())));
    panics(&|| cancel_after("cancelled in a sync context", 1, sync()));
    panics(&|| block_on(leave_after(1, awaited())));
}

fn main() {
    check(returned);
    check(bound);
    check(broken_with);
    check(argument);
}
