//! R8, R16: the functions that a vtable and the unwindline of a coroutine name are called as what
//! they are, which control flow integrity checks.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@ needs-sanitizer-cfi
//@ no-prefer-dynamic
//@ compile-flags: -Clto -Ccodegen-units=1 -Ctarget-feature=-crt-static -Zsanitizer=cfi
//@ compile-flags: -Cunsafe-allow-abi-mismatch=sanitizer
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::Cell;
use std::future::AsyncDrop;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

thread_local! {
    static AWAITED: Cell<usize> = const { Cell::new(0) };
}

/// Is pending once.
struct Suspend(bool);

impl Future for Suspend {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match std::mem::replace(&mut self.0, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

trait Named {
    fn name(&self) -> &str;
}

struct Graceful;

impl Named for Graceful {
    fn name(&self) -> &str {
        "graceful"
    }
}

impl Drop for Graceful {
    fn drop(&mut self) {
        unreachable!("all is awaited");
    }
}

impl AsyncDrop for Graceful {
    async fn drop(self: Pin<&mut Self>) {
        Suspend(false).await;
        AWAITED.set(AWAITED.get() + 1);
    }
}

async fn inner(panics: bool) {
    let _own = Graceful;
    let erased: Box<dyn Named> = Box::new(Graceful);
    Suspend(false).await;
    assert_eq!(erased.name(), "graceful");
    if black_box(panics) {
        panic!("boom");
    }
}

async fn outer(panics: bool) {
    let _own = Graceful;
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(inner(panics));
    future.await;
}

/// Polls to the end, or until the panic comes out of one of several polls.
fn run(panics: bool) {
    let mut future = pin!(outer(panics));
    let mut context = Context::from_waker(Waker::noop());
    let poll = AssertUnwindSafe(|| while future.as_mut().poll(&mut context).is_pending() {});
    assert_eq!(catch_unwind(poll).is_err(), panics);
    assert_eq!(AWAITED.replace(0), 3);
}

fn main() {
    run(false);
    run(true);
}
