//! R23: `async_drop_in_sync_context` at a static, whose value is never dropped (R10).
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

use std::sync::{Mutex, OnceLock};

static CONN: Conn = Conn;
//~^ WARN the value of a static is never dropped, nor its destructor awaited
static POOL: OnceLock<Mutex<Vec<Conn>>> = OnceLock::new();
//~^ WARN the value of a static is never dropped, nor its destructor awaited
static FUTURE: OnceLock<Box<dyn Send + Sync>> = OnceLock::new();

const EACH_USE_IS_A_VALUE: Option<Conn> = None;

fn main() {}
