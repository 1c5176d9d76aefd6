//! R16, R21: a value that each path without a panic moves away is dropped by await if a panic comes
//! before that, and the error says that a panic is the reason. With unwinding that sync-drops, and
//! where a panic aborts, there is none.
//@ edition: 2024
//@ revisions: awaits drops aborts
//@[drops] compile-flags: -Zasync-drop-unwind=sync
//@[drops] check-pass
//@[aborts] compile-flags: -Cpanic=abort
//@[aborts] check-pass
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

struct Local;

impl Drop for Local {
    fn drop(&mut self) {}
}

impl AsyncDrop for Local {
    async fn drop(self: Pin<&mut Self>) {
        let shared = Rc::new(());
        ready(()).await;
        drop(shared);
    }
}

struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {}
}

fn may_panic() {}

fn spawn(_: impl Future + Send) {}

fn destructor() {
    spawn(async {
        //[awaits]~^ ERROR future cannot be sent between threads safely
        let local = Local;
        may_panic();
        std::mem::forget(local);
    });
}

fn alive_meanwhile() {
    spawn(async {
        //[awaits]~^ ERROR future cannot be sent between threads safely
        let shared = Rc::new(());
        let remote = Remote;
        may_panic();
        std::mem::forget(remote);
        drop(shared);
    });
}

fn main() {}
