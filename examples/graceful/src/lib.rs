//! A set of tokio tasks that is shut down gracefully, and a program that shuts one down.
//!
//! [`task_set`] is the part to take away. The rest is the program: connections that say goodbye in their destructor,
//! the peer that keeps the record of their ends, and tasks that hold such connections in every way.

#![feature(async_drop)]
#![allow(incomplete_features)]

pub mod connection;
pub mod peer;
pub mod task_set;
pub mod tasks;
