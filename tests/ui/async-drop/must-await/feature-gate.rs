//! `#[must_await_drop]` belongs to the feature `async_drop`.
//@ edition: 2024

#[must_await_drop]
//~^ ERROR the `#[must_await_drop]` attribute is an experimental feature
struct Conn;

fn main() {}
