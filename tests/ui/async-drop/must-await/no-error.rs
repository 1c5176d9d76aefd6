//! `#[must_await_drop]`: what is no error. A future is dropped where it completes and where it is
//! cancelled, and unwinding drops what it finds; a trait object does not say what it is. Generic
//! code that passes a value on may hold it.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::AsyncDrop;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

#[path = "../auxiliary/support.rs"]
mod support;
use support::*;

#[must_await_drop]
struct Conn(u8);

impl Drop for Conn {
    fn drop(&mut self) {
        println!("    sync {}", self.0);
    }
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        println!("    async {}", self.0);
    }
}

async fn collections() {
    let mut vec = vec![Conn(1), Conn(2)];
    vec.push(Conn(3));
    let last = vec.pop();
    let mut deque: VecDeque<Conn> = vec.into_iter().rev().collect();
    deque.extend(last);
    let mut tree = BTreeMap::new();
    for conn in deque {
        let before = tree.insert(conn.0, conn);
        assert!(before.is_none());
    }
    let second = tree.remove(&2).unwrap();
    let mut map = HashMap::new();
    map.insert(second.0, second);
    let mut all: Vec<Conn> = map.into_values().chain(tree.into_values()).collect();
    all.sort_by_key(|conn| conn.0);
    all.reverse();
    let _all = all;
}

async fn owners() {
    let cell = RefCell::new(Some(Conn(4)));
    let taken = cell.take().ok_or("nothing").map(Box::new).unwrap_or_else(|_| Box::new(Conn(0)));
    let counted = Rc::new(*taken);
    let shared = Arc::new(Conn(5));
    let _clones = (counted.clone(), shared.clone());
    let slot = ManuallyDrop::new(Conn(6));
    let _value = ManuallyDrop::into_inner(slot);
}

fn erased() {
    let _erased: Box<dyn Send> = Box::new(Conn(7));
}

fn main() {
    println!("awaited");
    block_on(collections());
    block_on(owners());
    println!("cancelled");
    cancel_after("owners", 1, owners());
    println!("erased");
    erased();
}
