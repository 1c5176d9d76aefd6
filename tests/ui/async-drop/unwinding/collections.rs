//! R16, R17: if the destructor of an element panics, its fields, the rest of its collection, and
//! all that is outside of that are awaited. `collections-of-each-kind.rs` has those without an
//! order.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::collections::{BTreeMap, LinkedList, VecDeque};
use std::future::AsyncDrop;
use std::pin::Pin;

use unwinding::*;

/// The destructor of the second one panics.
struct Value(usize, Graceful);

const NAMES: [&str; 4] = ["0", "1", "2", "3"];

fn values() -> impl Iterator<Item = (usize, Value)> {
    (0..4).map(|number| (number, Value(number, g(NAMES[number]))))
}

impl Drop for Value {
    fn drop(&mut self) {
        println!("    sync value {}", self.0);
    }
}

impl AsyncDrop for Value {
    async fn drop(self: Pin<&mut Self>) {
        println!("    begin value {}", self.0);
        suspend().await;
        if self.0 == 1 {
            boom();
        }
        println!("    end value {}", self.0);
    }
}

async fn list() {
    let _outside = g("outside");
    let _list: LinkedList<_> = values().map(|(_, value)| value).collect();
}

async fn tree() {
    let _outside = g("outside");
    let _tree: BTreeMap<_, _> = values().collect();
}

/// The first key panics. Its value belongs to the same entry.
async fn tree_with_keys() {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Key(usize);
    impl Drop for Key {
        fn drop(&mut self) {
            println!("    sync key {}", self.0);
        }
    }
    impl AsyncDrop for Key {
        async fn drop(self: Pin<&mut Self>) {
            println!("    begin key {}", self.0);
            if self.0 == 0 {
                boom();
            }
        }
    }
    let _outside = g("outside");
    let _tree =
        BTreeMap::from([(Key(0), (g("0"), p("plain 0"))), (Key(1), (g("1"), p("plain 1")))]);
}

/// The second one is in the first half of the buffer, and so is the third. The last one is in the
/// other half.
async fn deque() {
    let _outside = g("outside");
    let mut deque = VecDeque::with_capacity(4);
    let mut values = values().map(|(_, value)| value);
    let (first, second, third) = (values.next(), values.next(), values.next());
    deque.extend(values);
    for value in [third, second, first].into_iter().flatten() {
        deque.push_front(value);
    }
    assert_eq!((deque.as_slices().0.len(), deque.as_slices().1.len()), (3, 1));
}

async fn list_of_vectors() {
    let _outside = g("outside");
    let _list: LinkedList<Vec<_>> = [values().map(|(_, value)| value).collect(), Vec::new()].into();
}

fn main() {
    set_hook();
    unwind("LinkedList", list());
    unwind("BTreeMap", tree());
    unwind("BTreeMap, in a key", tree_with_keys());
    unwind("VecDeque", deque());
    unwind("LinkedList of Vec", list_of_vectors());
}
