//! R13: a future that was polled and did not complete is dropped by await where the scope ends that
//! owns it: in a body that does not know its type, which may be that of any coroutine, and in the
//! body of another future of the same type, in a box.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn unfinished() {
    let _value = g("in a future");
    forever().await;
}

async fn of_any_type<F: Future>(future: F) {
    leave_after(1, future).await;
}

async fn among_others<F: Future>(future: F) {
    let mut pair = (p("beside it"), Some(Box::pin(future)));
    assert!(poll_once(pair.1.as_mut().unwrap().as_mut()).is_pending());
    println!("  leave");
}

const NAMES: [&str; 3] = ["0", "1", "2"];

async fn in_a_box(level: usize) {
    let _value = g(NAMES[level]);
    if level == 0 {
        forever().await;
    }
    let mut inner = Box::pin(in_a_box(level - 1));
    assert!(poll_once(inner.as_mut()).is_pending());
    println!("  leave {level}");
    // The level above polls once.
    if level < 2 {
        forever().await;
    }
}

async fn in_a_vec(level: usize) {
    let _value = g(NAMES[level]);
    if level == 0 {
        forever().await;
    }
    let mut inner = vec![Box::pin(in_a_vec(level - 1))];
    assert!(poll_once(inner[0].as_mut()).is_pending());
    println!("  leave {level}");
}

fn main() {
    block_on(run("of any type", of_any_type(unfinished())));
    block_on(run("of any type, twice", of_any_type(of_any_type(unfinished()))));
    block_on(run("among others", among_others(unfinished())));
    block_on(run("in a box", in_a_box(2)));
    block_on(run("in a vec", in_a_vec(1)));
    println!("cancelled");
    cancel_everywhere(|| of_any_type(unfinished()));
    cancel_everywhere(|| among_others(unfinished()));
    cancel_everywhere(|| in_a_box(2));
    assert_none_alive();
}
