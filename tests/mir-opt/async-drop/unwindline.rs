//! R16, R19: where unwinding comes to a value that needs async drop, the panic is caught, and what
//! is left is dropped by ordinary blocks, which may suspend. A body without such a value catches
//! none, and what was declared after it is dropped before the catch. `poll` has no more of that.
//@ edition: 2024
//@ compile-flags: -Zmir-opt-level=0
//@ needs-unwind
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

pub fn may_panic() {}

// CHECK-LABEL: fn plain::{closure#0}(
// CHECK-NOT: unwindline
// CHECK: may_panic() -> [return: {{bb[0-9]+}}, unwind: {{bb[0-9]+}}];
pub async fn plain() {
    let _plain = String::new();
    may_panic();
}

// `poll` leaves where the panic comes to the guard: it leaves the exception to `std`, and the state
// in which the unwindline begins, and calls what goes on with that. The context is where that finds
// it. The coroutine is poisoned meanwhile, and suspended in one state in all of its unwindline. The
// function that drops the coroutine does the same.
// EMIT_MIR unwindline.guard-{closure#0}.coroutine_drop_async.0.mir
// EMIT_MIR unwindline.guard-{closure#0}.coroutine_unwindline.0.mir
// CHECK-LABEL: fn guard::{closure#0}(
// CHECK: bb0: {
// CHECK-NEXT: [[context:_[0-9]+]] = copy _2;
// CHECK: may_panic() -> [return: {{bb[0-9]+}}, unwind: [[landing_pad:bb[0-9]+]]];
// CHECK: [[landing_pad]] (cleanup): {
// CHECK: drop({{_[0-9]+}}) -> [return: [[catch:bb[0-9]+]], unwind terminate(cleanup)];
// CHECK: [[catch]] (cleanup): {
// CHECK-NEXT: StorageDead({{_[0-9]+}});
// CHECK-NEXT: [[exception:_[0-9]+]] = {{.*}}unwindline_catch() -> {{.*}}
// CHECK: unwindline::suspend({{.*}}, copy [[exception]], const [[state:[0-9]+]]_u32)
// CHECK: [[slot:_[0-9]+]] = &raw mut [[context]];
// CHECK: [[typed:_[0-9]+]] = {{.*}}unwindline::<{{.*}}> as {{.*}}PointerCoercion(ReifyFnPointer
// CHECK-NEXT: [[line:_[0-9]+]] = move [[typed]] as {{.*}}Transmute
// CHECK-NEXT: {{.*}}unwindline::poll({{.*}}, move [[line]], move [[slot]]) -> [return: [[end:bb[0-9]+]], unwind continue];
// CHECK: [[end]]: {
// CHECK: discriminant({{.*}}) = [[state]];
// CHECK-NEXT: return;
// CHECK-NOT: unwindline::raise
pub async fn guard() {
    let _guard = Guard;
    let _late = String::new();
    may_panic();
}
