//! R20: a value that only the unwindline keeps across a suspension is not stored in the coroutine
//! on a path without a panic. It is moved there as the unwindline is entered. If something has a
//! pointer to the value, it cannot be moved.
//@ edition: 2024
//@ needs-unwind
//@ only-unix
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Guard(u32);

impl Drop for Guard {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard {
    async fn drop(self: Pin<&mut Self>) {
        std::future::pending::<()>().await;
    }
}

#[inline(never)]
fn guard(number: u32) -> Guard {
    Guard(number)
}

#[inline(never)]
fn guard_after(guard: &Guard) -> Guard {
    Guard(guard.0 + 1)
}

pub async fn pair() {
    // CHECK-LABEL: fn pair::{closure#0}(_1: Pin<
    // CHECK: {{^ *}}_{{[0-9]+}} = guard(const 1_u32) -> [
    // CHECK: {{^ *}}_{{[0-9]+}} = guard(const 2_u32) -> [
    let _pair = (guard(1), guard(2));
}

pub async fn borrowed() {
    // CHECK-LABEL: fn borrowed::{closure#0}(_1: Pin<
    // CHECK: as variant#{{[0-9]+}}).{{[0-9]+}}: Guard) = guard(const 3_u32) -> [
    let first = guard(3);
    let second = guard_after(&first);
    let _pair = (first, second);
}

// Its first element's storage ends neither on the unwindline nor in the function that drops the
// coroutine (`-Zlint-mir`).
pub async fn nested() {
    // CHECK-LABEL: fn nested::{closure#0}(_1: Pin<
    let _nested = [[guard(4), guard(5)], [guard(6), guard(7)]];
}
