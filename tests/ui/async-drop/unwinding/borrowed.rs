//! R18: what a destructor borrows stays alive until it is done, while unwinding too: the rest is
//! dropped after it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o2 o3
//@[o0] compile-flags: -C opt-level=0
//@[o2] compile-flags: -C opt-level=2
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::cell::RefCell;
use std::future::AsyncDrop;
use std::pin::Pin;

use unwinding::*;

/// A connection, which its sessions write to when they end.
struct Conn {
    log: RefCell<Vec<String>>,
    _plain: Plain,
}

struct Session<'a>(&'a Conn, Box<String>);

impl Drop for Session<'_> {
    fn drop(&mut self) {
        println!("    sync session");
    }
}

impl AsyncDrop for Session<'_> {
    async fn drop(self: Pin<&mut Self>) {
        for step in 0..2 {
            suspend().await;
            self.0.log.borrow_mut().push(format!("{} {step}", self.1));
        }
        println!("    {:?}", self.0.log.borrow());
    }
}

async fn sessions(name: &str) {
    let conn = Conn { log: RefCell::default(), _plain: p("connection") };
    let numbers = vec![String::from(name); 2];
    let _first = Session(&conn, Box::new(format!("first of {name}")));
    let _second = Session(&conn, Box::new(numbers.concat()));
    let _last = p("last");
    suspend().await;
    boom();
}

/// The borrowed value is a temporary.
async fn of_a_temporary() {
    fn ends(_: &Session<'_>) {
        boom();
    }
    ends(&Session(
        &Conn { log: RefCell::default(), _plain: p("temporary") },
        Box::new("session".to_owned()),
    ));
}

fn main() {
    set_hook();
    let name = String::from("a");
    unwind("sessions", sessions(&name));
    unwind("of a temporary", of_a_temporary());
}
