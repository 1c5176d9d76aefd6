//! R12, R13, R14: a coroutine has two functions that drop it. `coroutine_drop` never suspends: in
//! the state in which a destructor is suspended it drops that destructor's future and then the
//! rest. `coroutine_drop_async` is polled: in the same state it goes on with the destructor.
//@ edition: 2024
//@ compile-flags: -Zmir-opt-level=0 -C panic=abort
// skip-filecheck
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {}
}

// EMIT_MIR cancel_lines.scope-{closure#0}.coroutine_drop.0.mir
// EMIT_MIR cancel_lines.scope-{closure#0}.coroutine_drop_async.0.mir
pub async fn scope() {
    let _plain = String::new();
    let _guard = Guard;
}

// EMIT_MIR cancel_lines.pending-{closure#0}.DropPendingValues.diff
pub async fn pending() -> String {
    let _guard = Guard;
    String::new()
}
