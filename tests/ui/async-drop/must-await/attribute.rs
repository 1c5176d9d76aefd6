//! `#[must_await_drop]` is for types, and for those with an async destructor.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

#[must_await_drop]
struct Plain;
//~^ ERROR `#[must_await_drop]` on a type that does not implement `AsyncDrop`

#[must_await_drop]
//~^ ERROR `#[must_await_drop]` attribute cannot be used on functions
fn function() {}

#[must_await_drop = "reason"]
//~^ ERROR malformed `must_await_drop` attribute input
struct WithReason;
//~^ ERROR `#[must_await_drop]` on a type that does not implement `AsyncDrop`

fn main() {}
