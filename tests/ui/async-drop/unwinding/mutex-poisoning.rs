//! R16: a `MutexGuard` that a panic drops poisons its mutex, also if it is dropped polls later,
//! after destructors that were awaited. One that is taken while the panic unwinds does not.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::future::{AsyncDrop, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, RwLock};
use std::task::Poll;

use unwinding::*;

/// Takes a lock in its destructor, and holds it for some polls.
struct Locks<'a>(&'a Mutex<u8>);

impl Drop for Locks<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Locks<'_> {
    async fn drop(self: Pin<&mut Self>) {
        let mut guard = self.0.lock().unwrap();
        suspend().await;
        *guard += 1;
    }
}

async fn later(mutex: &Mutex<u8>, lock: &RwLock<u8>) {
    let _guard = mutex.lock().unwrap();
    let _write = lock.write().unwrap();
    let _graceful = g("graceful");
    boom();
}

async fn at_once(mutex: &Mutex<u8>) {
    let _graceful = g("graceful");
    let _guard = mutex.lock().unwrap();
    boom();
}

async fn in_the_callee(mutex: &Mutex<u8>) {
    fn callee(mutex: &Mutex<u8>) {
        let _guard = mutex.lock().unwrap();
        boom();
    }
    let _graceful = g("graceful");
    callee(mutex);
}

async fn in_a_destructor(mutex: &Mutex<u8>) {
    let _locks = Locks(mutex);
    boom();
}

async fn released_before(mutex: &Mutex<u8>) {
    let _graceful = g("graceful");
    drop(mutex.lock().unwrap());
    boom();
}

/// Another future has the lock while the line is suspended, and gives it back.
async fn in_between(mutex: &Mutex<u8>) {
    async fn panics() {
        let _graceful = Graceful::suspending("graceful", 3);
        boom();
    }
    async fn locks(mutex: &Mutex<u8>) {
        let _guard = mutex.lock().unwrap();
        suspend().await;
    }
    let mut panics = pin!(panics());
    let mut locks = pin!(locks(mutex));
    let mut done = false;
    poll_fn(|context| {
        let poll = panics.as_mut().poll(context);
        done = done || locks.as_mut().poll(context).is_ready();
        assert!(poll.is_pending());
        Poll::<()>::Pending
    })
    .await;
}

fn main() {
    set_hook();
    let poisons = |future: &dyn Fn(&Mutex<u8>)| {
        let mutex = Mutex::new(0);
        future(&mutex);
        assert!(mutex.try_lock().is_ok() || mutex.is_poisoned(), "it is still locked");
        mutex.is_poisoned()
    };
    let lock = RwLock::new(0);
    assert!(poisons(&|mutex| unwind("later", later(mutex, &lock))));
    assert!(lock.is_poisoned());
    assert!(poisons(&|mutex| unwind("at once", at_once(mutex))));
    assert!(poisons(&|mutex| unwind("in the callee", in_the_callee(mutex))));
    assert!(!poisons(&|mutex| unwind("in a destructor", in_a_destructor(mutex))));
    assert!(!poisons(&|mutex| unwind("released before", released_before(mutex))));
    assert!(!poisons(&|mutex| unwind("in between", in_between(mutex))));
}
