//! R8, R12, R13, R14, R17: `VecDeque`, `LinkedList`, `BinaryHeap` and their iterators await their
//! elements in today's order. Cancelled or left by a panic halfway, each element is still dropped
//! once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::collections::{BinaryHeap, LinkedList, VecDeque};

use owned::*;

/// The last of them lie in front of the first ones in memory.
fn wrapped(names: impl ExactSizeIterator<Item = &'static str>) -> VecDeque<Conn> {
    let len = names.len();
    let mut deque = VecDeque::with_capacity(len);
    let capacity = deque.capacity();
    quietly(|| {
        (0..capacity - len / 2).for_each(|_| deque.push_back(conn("other")));
        (0..capacity - len / 2).for_each(|_| drop(deque.pop_front()));
    });
    deque.extend(names.map(conn));
    assert_eq!(deque.capacity(), capacity);
    let (first, second) = deque.as_slices();
    assert_eq!((first.len(), second.len()), (len / 2, len - len / 2));
    deque
}

fn four() -> VecDeque<Conn> {
    wrapped(["0", "1", "2", "3"].into_iter())
}

fn list() -> LinkedList<Conn> {
    ["0", "1", "2", "3"].map(conn).into()
}

/// In memory: d, b, c, a.
fn heap() -> BinaryHeap<Conn> {
    let mut heap = BinaryHeap::new();
    heap.extend(["d", "b", "c", "a"].map(conn));
    heap
}

fn deques() {
    check!("VecDeque, in one half", 2, VecDeque::from(["0", "1", "2", "3"].map(conn)));
    check!("VecDeque, in the first half", 2, four());
    check!("VecDeque, in the second half", 3, four());
    check!("VecDeque, pushed to at both ends", 2, {
        let mut deque = VecDeque::new();
        deque.push_front(conn("1"));
        deque.push_front(conn("0"));
        deque.push_back(conn("2"));
        deque
    });
    check!("VecDeque::IntoIter", 3, four().into_iter());
    check!("VecDeque::IntoIter, partly consumed", 2, after(1, four().into_iter()));
    check!("VecDeque::IntoIter, the second half only", 1, after(2, four().into_iter()));
    check_block!("VecDeque::Drain", 3, {
        let mut deque = four();
        deque.drain(..);
        tell("drained");
        assert!(deque.is_empty());
    });
    check_block!("VecDeque::Drain, partly consumed, between elements that stay", 2, {
        let mut deque = wrapped(["0", "1", "2", "3", "4", "5"].into_iter());
        {
            let _drain = after(1, deque.drain(1..5));
        }
        tell("drained");
        assert_eq!(deque.len(), 2);
    });
    check_block!("the elements that are left after a VecDeque::Drain", 2, {
        let mut deque = four();
        deque.drain(2..3);
        tell("drained");
        assert_eq!(deque.len(), 3);
    });
}

fn lists() {
    check!("LinkedList", 2, list());
    check!("LinkedList, in the last", 4, list());
    check!("LinkedList, appended to", 3, {
        let mut list = list();
        list.append(&mut LinkedList::from(["4", "5"].map(conn)));
        list.push_front(conn("first"));
        list
    });
    check!("LinkedList::IntoIter", 2, list().into_iter());
    check!("LinkedList::IntoIter, partly consumed", 2, after(1, list().into_iter()));
    check_block!("LinkedList, split", 3, {
        let mut first = list();
        let _second = first.split_off(2);
        tell("split");
    });
}

fn heaps() {
    check!("BinaryHeap", 2, heap());
    check!("BinaryHeap::IntoIter", 2, heap().into_iter());
    check!("BinaryHeap::IntoIter, partly consumed", 2, after(1, heap().into_iter()));
    check_block!("BinaryHeap::Drain", 2, {
        let mut heap = heap();
        heap.drain();
        tell("drained");
        assert!(heap.is_empty());
    });
    check_block!("BinaryHeap, popped from", 2, {
        let mut heap = heap();
        let _greatest = heap.pop();
        tell("popped");
    });
    check!("BinaryHeap, sorted", 2, heap().into_sorted_vec());
}

fn main() {
    deques();
    lists();
    heaps();
    check_order(names(), || wrapped(names()));
    check_order(names().skip(9), || after(9, wrapped(names()).into_iter()));
    check_order(names(), || names().map(conn).collect::<LinkedList<_>>());
    check_order(names().rev(), || BinaryHeap::from_iter(names().rev().map(conn)));
    check_nothing_to_await(VecDeque::<Conn>::new);
    check_nothing_to_await(|| after(4, four().into_iter()));
    check_nothing_to_await(LinkedList::<Conn>::new);
    check_nothing_to_await(|| after(4, list().into_iter()));
    check_nothing_to_await(BinaryHeap::<Conn>::new);
    check_nothing_to_await(|| after(4, heap().into_iter()));
}
