//! R13, R16: a branch of a `join` that panics first awaits what it holds itself, while its siblings
//! go on. When its panic comes out, the siblings are cancelled by await. So is what a `select` has
//! if one of its branches panics, or the expression of one of its arguments.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use unwinding::*;

async fn join<A: Future, B: Future>(a: A, b: B) {
    let mut a = pin!(a);
    let mut b = pin!(b);
    let mut ready = (false, false);
    poll_fn(|context| {
        ready.0 = ready.0 || a.as_mut().poll(context).is_ready();
        ready.1 = ready.1 || b.as_mut().poll(context).is_ready();
        if ready == (true, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn select<A: Future, B: Future>(a: A, b: B) {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|context| match a.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(()),
        Poll::Pending => b.as_mut().poll(context).map(|_| ()),
    })
    .await;
}

async fn panics(_parameter: Graceful) {
    let _value = Graceful::suspending("of the one that panics", 2);
    suspend().await;
    boom();
}

async fn goes_on(_parameter: Graceful) {
    let _value = g("of the one that goes on");
    for step in 1.. {
        // It is not the one that panics.
        assert!(!std::thread::panicking());
        println!("    step {step}");
        suspend().await;
    }
}

async fn ends() {
    let _value = g("of the one that ends");
    suspend().await;
}

async fn joined_first() {
    let _outside = g("outside");
    join(panics(g("parameter 0")), goes_on(g("parameter 1"))).await;
}

async fn joined_second() {
    let _outside = g("outside");
    join(goes_on(g("parameter 0")), panics(g("parameter 1"))).await;
}

async fn joined_with_one_that_ends() {
    join(ends(), panics(g("parameter"))).await;
}

async fn selected() {
    let _outside = p("outside");
    select(goes_on(g("parameter 0")), panics(g("parameter 1"))).await;
}

async fn argument() {
    let _outside = p("outside");
    select(goes_on(g("of an unstarted branch")), {
        let _local = g("local of the argument");
        boom();
        ends()
    })
    .await;
}

fn main() {
    set_hook();
    unwind("join, the first one", joined_first());
    unwind("join, the second one", joined_second());
    unwind("join with one that ends", joined_with_one_that_ends());
    unwind("select", selected());
    unwind("an argument of select", argument());
}
