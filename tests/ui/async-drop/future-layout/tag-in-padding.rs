//! The tag of a coroutine lies in the padding of a future that it awaits, so an async function
//! within another one costs no byte. That goes for futures which nobody but the coroutine can
//! write: not for one that is in a variable, nor for one that was written by hand.
//@ edition: 2024
//@ run-pass
//@ only-64bit
//@ needs-unwind
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::RefCell;
use std::mem::{MaybeUninit, size_of_val};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::ptr;
use std::task::{Context, Poll};

#[path = "auxiliary/checked.rs"]
mod checked;

use checked::{
    Graceful, Guard, assert_none_alive, block_on, cancel_everywhere, g, poll_once, suspend,
};

async fn one(panics: bool) -> u64 {
    let guard = Guard(7);
    let _graceful = g("graceful");
    suspend().await;
    assert!(!panics, "one");
    guard.0
}

async fn two(panics: bool) -> u64 {
    one(panics).await + 1
}

async fn three(panics: bool) -> u64 {
    two(panics).await + 1
}

async fn four(panics: bool) -> u64 {
    async { three(panics).await + 1 }.await
}

/// A guard and its destructor, in a coroutine with that alone.
async fn guarded(panics: bool) {
    let _guard = Guard(7);
    suspend().await;
    assert!(!panics, "guarded");
}

/// Each of its awaited futures may have the tag in its padding, so nothing else may be there.
async fn several(panics: bool) -> u64 {
    let first = one(false).await;
    guarded(false).await;
    let flags = [first == 7, four(panics).await == 10];
    suspend().await;
    let second = (flags, two(panics).await);
    assert_eq!(second, ([true, true], 8));
    u64::from(flags[0]) + first
}

async fn guarded_within() {
    guarded(false).await;
}

async fn guarded_within_two() {
    guarded_within().await;
}

fn sizes() {
    let sizes = [
        size_of_val(&guarded(false)),
        size_of_val(&guarded_within()),
        size_of_val(&guarded_within_two()),
        size_of_val(&async { guarded_within_two().await }),
    ];
    // The guard, and the future of its destructor, which has a pointer and the future of `suspend`.
    assert_eq!(sizes, [8 + 8 + size_of_val(&suspend()); 4]);
    // A block that has a future in a variable has the tag behind that.
    let in_variable = async {
        let future = pin!(guarded(false));
        future.await;
    };
    assert!(size_of_val(&in_variable) > sizes[0] + size_of::<usize>());
}

fn each_end() {
    assert_eq!(block_on(four(false)), 10);
    assert_eq!(block_on(several(false)), 8);
    cancel_everywhere(|| four(false));
    cancel_everywhere(|| several(false));
}

/// After a panic, which is awaited, the coroutine is poisoned and nothing else.
fn panics<T>(title: &str, future: impl Future<Output = T>) {
    let mut future = Box::pin(future);
    let mut poll = || catch_unwind(AssertUnwindSafe(|| poll_once(future.as_mut()).is_ready()));
    let payload = loop {
        match poll() {
            Ok(is_ready) => assert!(!is_ready, "{title}"),
            Err(payload) => break payload,
        }
    };
    assert!(payload.is::<&str>() || payload.is::<String>());
    assert!(poll().is_err(), "{title}: it is over");
    assert_none_alive();
}

thread_local! {
    /// What writes a future again, from outside.
    static REWRITE: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Writes each byte of `to`, with `value` among them.
unsafe fn write_all<T>(to: *mut T, value: T) {
    let mut bytes = MaybeUninit::<T>::uninit();
    unsafe {
        ptr::write_bytes(bytes.as_mut_ptr(), 0xff, 1);
        bytes.as_mut_ptr().write(value);
        ptr::copy_nonoverlapping(bytes.as_ptr().cast::<u8>(), to.cast(), size_of::<T>());
    }
}

/// Gives away its own address, and is written again before it is polled again.
struct ByHand(u64, u8);

impl Future for ByHand {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u64> {
        if self.1 > 0 {
            return Poll::Ready(self.0);
        }
        let this = &raw mut *self;
        let rewrite = move || unsafe { write_all(this, ByHand(8, 1)) };
        REWRITE.set(Some(Box::new(rewrite)));
        Poll::Pending
    }
}

async fn awaits_by_hand(_graceful: Graceful) -> u64 {
    ByHand(7, 0).await
}

/// The same of a variable.
async fn has_variable(_graceful: Graceful) -> u64 {
    async fn number(is_ready: bool) -> u64 {
        if !is_ready {
            suspend().await;
        }
        if is_ready { 8 } else { 7 }
    }
    let mut variable = pin!(number(false));
    assert!(poll_once(variable.as_mut()).is_pending());
    // SAFETY: what is there owns nothing that would have to be dropped.
    let this: *mut _ = unsafe { variable.as_mut().get_unchecked_mut() };
    REWRITE.set(Some(Box::new(move || unsafe { write_all(this, number(true)) })));
    suspend().await;
    variable.await
}

fn written_from_outside(future: impl Future<Output = u64>) {
    let mut future = pin!(future);
    assert!(poll_once(future.as_mut()).is_pending());
    REWRITE.take().unwrap()();
    assert_eq!(block_on(future), 8);
    assert_none_alive();
}

fn main() {
    sizes();
    each_end();
    panics("one", one(true));
    panics("four", four(true));
    panics("guarded", guarded(true));
    panics("several", several(true));
    written_from_outside(awaits_by_hand(g("by hand")));
    written_from_outside(has_variable(g("variable")));
}
