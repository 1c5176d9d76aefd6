//! R8, R12, R13, R14, R17: `BTreeMap`, `BTreeSet` and their owning iterators await each key and
//! then its value, in ascending order. Cancelled or left by a panic halfway, each is still dropped
//! once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::collections::{BTreeMap, BTreeSet};

use owned::*;

fn pairs() -> BTreeMap<Conn, Conn> {
    BTreeMap::from([("k2", "v2"), ("k0", "v0"), ("k1", "v1")].map(|(k, v)| (conn(k), conn(v))))
}

fn keys() -> BTreeMap<Conn, Plain> {
    BTreeMap::from([("k0", "v0"), ("k1", "v1"), ("k2", "v2")].map(|(k, v)| (conn(k), plain(v))))
}

fn values() -> BTreeMap<u8, Conn> {
    BTreeMap::from([(2, conn("2")), (0, conn("0")), (3, conn("3")), (1, conn("1"))])
}

fn set() -> BTreeSet<Conn> {
    BTreeSet::from(["2", "0", "3", "1"].map(conn))
}

fn maps() {
    check!("BTreeMap, in a value", 2, pairs());
    check!("BTreeMap, in a key", 3, pairs());
    check!("BTreeMap of keys", 2, keys());
    check!("BTreeMap of values", 2, values());
    check!("BTreeMap of maps", 3, BTreeMap::from([(0, values()), (1, values())]));
    check_block!("BTreeMap, with values replaced and removed", 3, {
        let mut map = values();
        map.insert(2, conn("new"));
        tell("replaced");
        let _removed = map.remove(&1);
        tell("removed");
    });
    check_block!("BTreeMap, split", 3, {
        let mut first = values();
        let _second = first.split_off(&2);
        tell("split");
    });
}

fn iterators() {
    check!("BTreeMap::IntoIter", 3, pairs().into_iter());
    check!("BTreeMap::IntoIter, partly consumed", 2, after(1, pairs().into_iter()));
    check!("BTreeMap::IntoIter, consumed from both ends", 2, {
        after(1, after(1, pairs().into_iter()).rev())
    });
    check!("BTreeMap::IntoKeys", 3, pairs().into_keys());
    check!("BTreeMap::IntoKeys, partly consumed", 2, after(1, keys().into_keys()));
    check!("BTreeMap::IntoValues", 2, pairs().into_values());
    check!("BTreeMap::IntoValues, partly consumed", 2, after(1, values().into_values()));
}

fn sets() {
    check!("BTreeSet", 2, set());
    check!("BTreeSet::IntoIter", 2, set().into_iter());
    check!("BTreeSet::IntoIter, partly consumed", 2, after(1, set().into_iter()));
}

/// Maps of several nodes.
fn trees() {
    let set = || names().map(conn).collect::<BTreeSet<_>>();
    check_order(names(), set);
    check_order(names().skip(20), || after(20, set().into_iter()));
    let map = || names().map(conn).enumerate().collect::<BTreeMap<_, _>>();
    check_order(names(), map);
    check_order(names().skip(20), || after(20, map().into_values()));
    check_order(names(), || {
        // Grown in another order, and shrunk again.
        let mut map = BTreeMap::new();
        map.extend((100..900).rev().map(|key| (key, quietly(|| conn("other")))));
        map.extend(map_of_names());
        quietly(|| map.retain(|&key, _| key < 100));
        map
    });
}

fn map_of_names() -> BTreeMap<usize, Conn> {
    names().map(conn).enumerate().collect()
}

fn main() {
    maps();
    iterators();
    sets();
    trees();
    check_nothing_to_await(BTreeMap::<Conn, Conn>::new);
    check_nothing_to_await(BTreeSet::<Conn>::new);
    check_nothing_to_await(|| BTreeMap::<u8, Conn>::new().into_iter());
    check_nothing_to_await(|| after(3, pairs().into_iter()));
    check_nothing_to_await(|| after(4, values().into_values()));
    check_nothing_to_await(|| {
        let mut map = values();
        quietly(|| map.clear());
        map
    });
}
