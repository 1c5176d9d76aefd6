//! Every way in which tokio cancels a future, each as a case that checks that every value in it was dropped
//! exactly once, and, where the order is settled, in which order and by which half of its destructor.
//!
//! A case asserts the present. Where a comment says *later: awaited*, the fork does not await a destructor yet
//! that it is going to await, and the case therefore asserts "exactly once" and no more.

#![feature(async_drop)]
#![allow(incomplete_features)]
// What a sync drop does is what these cases are about.
#![allow(async_drop_in_sync_context)]

pub mod bodies;
pub mod cases;
pub mod ledger;
pub mod scene;
