//! R10: what Rust never drops is not awaited either: the contents of a `ManuallyDrop`, a
//! `MaybeUninit` or a union, what was forgotten or leaked, and statics. What is in a
//! `thread_local!` is dropped where nothing can await.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::cell::RefCell;
use std::mem::{ManuallyDrop, MaybeUninit, forget};
use std::sync::Mutex;

use support::*;

union Either {
    graceful: ManuallyDrop<Graceful>,
    _number: u64,
}

static KEPT: Mutex<Option<Graceful>> = Mutex::new(None);

thread_local! {
    static LOCAL: RefCell<Option<Graceful>> = const { RefCell::new(None) };
}

/// Returns what would leak.
async fn kept() -> (ManuallyDrop<Graceful>, Either, MaybeUninit<Graceful>) {
    let manually = ManuallyDrop::new(g("manually"));
    let either = Either { graceful: ManuallyDrop::new(g("in a union")) };
    let maybe = MaybeUninit::new(g("maybe"));
    suspend().await;
    (manually, either, maybe)
}

async fn not_dropped() {
    let (mut manually, mut either, mut maybe) = kept().await;
    let addresses = (&raw mut *manually, &raw mut either.graceful, maybe.as_mut_ptr());
    {
        let _moved = (manually, either, maybe);
        suspend().await;
        println!("  left");
        // SAFETY: they are where they were moved to, and nobody drops them.
        let (manually, either, maybe) = _moved;
        forget((ManuallyDrop::into_inner(manually), unsafe { maybe.assume_init() }));
        forget(either);
    }
    let _ = addresses;
}

async fn by_hand() {
    let (mut manually, mut either, maybe) = kept().await;
    // SAFETY: each is dropped once, and not used again.
    unsafe {
        ManuallyDrop::drop(&mut manually);
        ManuallyDrop::drop(&mut either.graceful);
        let _value = maybe.assume_init();
        println!("  the last is a local now");
    }
}

async fn into_statics() {
    assert!(KEPT.lock().unwrap().replace(g("static")).is_none());
    LOCAL.with_borrow_mut(|local| assert!(local.replace(g("thread-local")).is_none()));
    suspend().await;
}

fn main() {
    println!("not dropped");
    block_on(not_dropped());
    println!("by hand");
    block_on(by_hand());
    println!("into statics");
    std::thread::spawn(|| block_on(into_statics())).join().unwrap();
    println!("taken out");
    block_on(async {
        let _value = KEPT.lock().unwrap().take();
        suspend().await;
    });
}
