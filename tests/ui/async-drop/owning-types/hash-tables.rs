//! R8, R12, R13, R14, R17: `HashMap`, `HashSet` and their owning iterators await each key and then
//! its value, one entry after the other in whatever order. Cancelled or left by a panic halfway,
//! each is still dropped once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::AsyncDrop;
use std::pin::Pin;

use owned::*;

/// All values have one name, so that the order of the entries does not show.
fn values() -> HashMap<u8, Conn> {
    (0..4).map(|key| (key, conn("value"))).collect()
}

/// A key that compares by number, all of one name.
struct Key(u8, Conn);

fn key(number: u8) -> Key {
    Key(number, conn("key"))
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

fn pairs() -> HashMap<Key, Conn> {
    (0..3).map(|number| (key(number), conn("value"))).collect()
}

fn set() -> HashSet<Key> {
    (0..4).map(key).collect()
}

fn maps() {
    check!("HashMap of one", 1, HashMap::from([("key", conn("value"))]));
    check!("HashMap, in a value", 2, pairs());
    check!("HashMap, in a key", 3, pairs());
    check!("HashMap of values", 2, values());
    check!("HashMap of keys", 2, HashMap::from([(key(0), 0), (key(1), 1), (key(2), 2)]));
    check!("HashMap with spare capacity", 2, {
        let mut map = HashMap::with_capacity(1_000);
        map.extend(values());
        map
    });
    check_block!("HashMap, with values replaced and removed", 2, {
        let mut map = values();
        map.insert(2, conn("new"));
        tell("replaced");
        map.remove(&2);
        tell("removed");
    });
}

fn iterators() {
    check!("HashMap::IntoIter", 2, values().into_iter());
    check!("HashMap::IntoIter, partly consumed", 2, after(1, pairs().into_iter()));
    check!("HashMap::IntoKeys", 3, pairs().into_keys());
    check!("HashMap::IntoValues", 2, values().into_values());
    check_block!("HashMap::Drain", 2, {
        let mut map = values();
        map.drain();
        tell("drained");
        assert!(map.is_empty());
        map.insert(5, conn("later"));
    });
    check_block!("HashMap::Drain, partly consumed", 2, {
        let mut map = values();
        {
            let _drain = after(1, map.drain());
        }
        tell("drained");
        assert!(map.is_empty());
    });
}

fn sets() {
    check!("HashSet", 2, set());
    check!("HashSet::IntoIter", 2, set().into_iter());
    check!("HashSet::IntoIter, partly consumed", 2, after(1, set().into_iter()));
    check_block!("HashSet::Drain", 2, {
        let mut set = set();
        set.drain();
        tell("drained");
        assert!(set.is_empty());
    });
}

thread_local! {
    static AWAITED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

struct Numbered(usize);

impl Drop for Numbered {
    fn drop(&mut self) {
        panic!("{} is dropped in an async body", self.0);
    }
}

impl AsyncDrop for Numbered {
    async fn drop(self: Pin<&mut Self>) {
        suspend().await;
        AWAITED.with_borrow_mut(|awaited| awaited.push(self.0));
    }
}

/// Each entry of a large table is awaited once.
fn large_tables() {
    for len in [0, 1, 3, 15, 16, 17, 500] {
        let all: Vec<_> = (0..len).collect();
        let awaited = || {
            let mut awaited = AWAITED.take();
            awaited.sort();
            awaited
        };
        let map = || HashMap::<_, _>::from_iter(all.iter().map(|&i| (i, Numbered(i))));
        block_on(hold(map));
        assert_eq!(awaited(), all);
        block_on(hold(|| map().into_iter()));
        assert_eq!(awaited(), all);
        block_on(async { map().drain().size_hint() });
        assert_eq!(awaited(), all);
    }
}

fn main() {
    maps();
    iterators();
    sets();
    large_tables();
    check_nothing_to_await(HashMap::<Conn, Conn>::new);
    check_nothing_to_await(HashSet::<Conn>::new);
    check_nothing_to_await(|| HashMap::<u8, Conn>::with_capacity(10));
    check_nothing_to_await(|| after(4, values().into_iter()));
    check_nothing_to_await(|| after(4, set().into_iter()));
}
