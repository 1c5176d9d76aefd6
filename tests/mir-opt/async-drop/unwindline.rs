//! R16, R19: where unwinding comes to a value that needs async drop, the panic is caught, and what
//! is left is dropped by ordinary blocks, which may suspend. A body without such a value catches
//! none, and what was declared after it is dropped before the catch.
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

// CHECK-LABEL: fn guard::{closure#0}(
// CHECK: may_panic() -> [return: {{bb[0-9]+}}, unwind: [[landing_pad:bb[0-9]+]]];
// CHECK: [[landing_pad]] (cleanup): {
// CHECK: drop({{_[0-9]+}}) -> [return: [[catch:bb[0-9]+]], unwind terminate(cleanup)];
// CHECK: [[catch]] (cleanup): {
// CHECK-NEXT: {{_[0-9]+}} = {{.*}}unwindline_catch() -> [return: {{bb[0-9]+}}, unwind unreachable];
// CHECK-DAG: unwindline::raise(
// CHECK-DAG: unwindline::resume(
// CHECK-DAG: unwindline::suspend(
pub async fn guard() {
    let _guard = Guard;
    let _late = String::new();
    may_panic();
}
