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
use std::future::AsyncDrop;
use std::mem::{ManuallyDrop, MaybeUninit, forget};
use std::pin::Pin;
use std::sync::Mutex;

use support::*;

/// One that owns no memory, which would leak.
struct Value(&'static str);

impl Drop for Value {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
    }
}

impl AsyncDrop for Value {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin {}", self.0);
        suspend().await;
        println!("    end {}", self.0);
    }
}

union Either {
    value: ManuallyDrop<Value>,
    _number: u64,
}

static KEPT: Mutex<Option<Value>> = Mutex::new(None);

thread_local! {
    static LOCAL: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// Returns what would leak.
async fn kept() -> (ManuallyDrop<Value>, Either, MaybeUninit<Value>) {
    let manually = ManuallyDrop::new(Value("manually"));
    let either = Either { value: ManuallyDrop::new(Value("in a union")) };
    let maybe = MaybeUninit::new(Value("maybe"));
    suspend().await;
    (manually, either, maybe)
}

async fn not_dropped() {
    let _kept = kept().await;
    let forgotten = Value("forgotten");
    suspend().await;
    forget(forgotten);
    println!("  leave");
}

async fn by_hand() {
    let (mut manually, mut either, maybe) = kept().await;
    // SAFETY: each is dropped once, and not used again.
    unsafe {
        ManuallyDrop::drop(&mut manually);
        ManuallyDrop::drop(&mut either.value);
        let _value = maybe.assume_init();
        println!("  the last is a local now");
    }
}

async fn into_statics() {
    assert!(KEPT.lock().unwrap().replace(Value("static")).is_none());
    LOCAL.with_borrow_mut(|local| assert!(local.replace(Value("thread-local")).is_none()));
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
