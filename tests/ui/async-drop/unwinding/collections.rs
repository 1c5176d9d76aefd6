//! R17: if the destructor of a value panics that `alloc` drops by hand, the rest of its collection
//! is sync-dropped, since `alloc` knows nothing of panics. All that is outside of it is still
//! awaited, and so are the fields of the value itself.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::collections::{BTreeMap, HashMap, LinkedList};
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
            boom();
        }
    }
    let _outside = g("outside");
    let _tree =
        BTreeMap::from([(Key(0), (g("0"), p("plain 0"))), (Key(1), (g("1"), p("plain 1")))]);
}

async fn table() {
    let _outside = g("outside");
    let _table = HashMap::from([(1, Value(1, g("1")))]);
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
    unwind("HashMap", table());
    unwind("LinkedList of Vec", list_of_vectors());
}
