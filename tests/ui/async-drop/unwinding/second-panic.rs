//! R17: a panic in a destructor that runs because of a panic aborts the process, before any other
//! destructor runs. The message names both panics, even if the hook is silent.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@ needs-subprocess
//@ only-unix
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::AsyncDrop;
use std::os::unix::process::ExitStatusExt;
use std::pin::{Pin, pin};
use std::process::Command;

use unwinding::*;

const FIRST: &str = "the first of two";
const SECOND: &str = "the other one";

/// Panics in its destructor, after some suspensions.
struct Awaited(usize);

impl Drop for Awaited {
    fn drop(&mut self) {}
}

impl AsyncDrop for Awaited {
    async fn drop(self: Pin<&mut Self>) {
        for _ in 0..self.0 {
            suspend().await;
        }
        panic!("{SECOND}");
    }
}

/// Panics in its `Drop`.
struct Sync;

impl Drop for Sync {
    fn drop(&mut self) {
        std::panic::panic_any(SECOND.to_owned());
    }
}

/// Is not dropped after the second panic.
struct Unreached;

impl Drop for Unreached {
    fn drop(&mut self) {
        std::process::exit(1);
    }
}

fn first() {
    if std::hint::black_box(true) {
        panic!("{FIRST}");
    }
}

async fn at_once() {
    let _outer = Unreached;
    let _awaited = Awaited(0);
    first();
}

async fn after_suspensions() {
    let _outer = Unreached;
    let _awaited = Awaited(2);
    first();
}

async fn later_on_the_line() {
    let _outer = Unreached;
    let _awaited = Awaited(1);
    let _before = g("before");
    first();
}

async fn in_drop_on_the_line() {
    let _outer = Unreached;
    let _sync = Sync;
    let _before = g("before");
    first();
}

async fn field() {
    let _outer = Unreached;
    let _tuple = (g("0"), vec![Awaited(1)], Unreached);
    first();
}

async fn nested() {
    let _outer = Unreached;
    let _awaited = Awaited(1);
    async {
        let _inner = g("inner");
        first();
    }
    .await;
}

async fn destructor_and_destructor() {
    struct First;
    impl Drop for First {
        fn drop(&mut self) {}
    }
    impl AsyncDrop for First {
        async fn drop(self: Pin<&mut Self>) {
            suspend().await;
            first();
        }
    }
    let _outer = Unreached;
    let _awaited = Awaited(1);
    let _first = First;
}

async fn cancelled() {
    let mut inner = pin!(after_suspensions());
    assert!(poll_once(inner.as_mut()).is_pending());
}

/// Drops the future where nothing can await, after some polls: it is suspended while it unwinds.
async fn dropped<F: Future<Output = ()>>(future: F, polls: usize) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        assert!(poll_once(future.as_mut()).is_pending());
    }
    drop(future);
}

async fn in_drop_behind_a_guard() {
    let _outer = Unreached;
    let _sync = Sync;
    let _guard = g("guard");
    first();
}

async fn in_drop_where_a_flag_decides() {
    let _outer = Unreached;
    let flag = Sync;
    if std::hint::black_box(false) {
        drop(flag);
    }
    let _guard = g("guard");
    first();
}

const CASES: [(&str, fn() -> Pin<Box<dyn Future<Output = ()>>>); 10] = [
    ("at once", || Box::pin(at_once())),
    ("after suspensions", || Box::pin(after_suspensions())),
    ("later on the line", || Box::pin(later_on_the_line())),
    ("in Drop", || Box::pin(in_drop_on_the_line())),
    ("field", || Box::pin(field())),
    ("nested", || Box::pin(nested())),
    ("two destructors", || Box::pin(destructor_and_destructor())),
    ("cancelled", || Box::pin(cancelled())),
    ("dropped", || Box::pin(dropped(in_drop_behind_a_guard(), 1))),
    ("dropped, with a flag", || Box::pin(dropped(in_drop_where_a_flag_decides(), 1))),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, number, hook] = &arguments[..] {
        if hook == "silent" {
            std::panic::set_hook(Box::new(|_| {}));
        }
        let (_, future) = CASES[number.parse::<usize>().unwrap()];
        return block_on(future());
    }
    for (number, (name, _)) in CASES.iter().enumerate() {
        for hook in ["silent", "loud"] {
            let mut child = Command::new(&arguments[0]);
            let output = child.args([&number.to_string(), hook]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let signal = output.status.signal();
            assert_eq!(signal, Some(6), "{name}, {hook}: {}\n{said}", output.status);
            for text in [FIRST, SECOND] {
                assert!(said.contains(text), "{name}, {hook}: {text} is not in\n{said}");
            }
        }
    }
}
