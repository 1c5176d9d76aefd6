//! R24: a crate without the feature does not know the lints.
//@ edition: 2024
//@ check-pass
#![allow(async_drop_in_sync_context)]
//~^ WARN unknown lint: `async_drop_in_sync_context`
#![warn(implicit_async_drop)]
//~^ WARN unknown lint: `implicit_async_drop`

fn main() {}
