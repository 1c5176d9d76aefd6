//! R8, R12, R13, R14, R17: a box or a collection in an allocator of its own gives its memory back
//! to that one after its contents were dropped, in whatever way, and then drops the allocator.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(allocator_api, async_drop, btreemap_alloc)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::alloc::{AllocError, Allocator, Global, Layout};
use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, BinaryHeap, LinkedList, VecDeque};
use std::pin::Pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;

use owned::*;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// Counts what it hands out and gets back, and tells the first and the last of it.
struct Counting {
    /// What is to be dropped with the allocator.
    _last: Plain,
    live: Cell<usize>,
}

fn counting() -> Counting {
    Counting { _last: plain("allocator"), live: Cell::new(0) }
}

impl Clone for Counting {
    fn clone(&self) -> Counting {
        unreachable!("nothing here clones the allocator")
    }
}

// SAFETY: it forwards to `Global`.
unsafe impl Allocator for Counting {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.live.set(self.live.get() + 1);
        ALLOCATED.set(ALLOCATED.get() + 1);
        Global.allocate(layout)
    }

    unsafe fn deallocate(&self, memory: NonNull<u8>, layout: Layout) {
        self.live.set(self.live.get() - 1);
        FREED.set(FREED.get() + 1);
        if self.live.get() == 0 {
            tell("free");
        }
        // SAFETY: so says the caller.
        unsafe { Global.deallocate(memory, layout) }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        assert_eq!(self.live.get(), 0, "the allocator is dropped before its memory is freed");
    }
}

fn three() -> [Conn; 3] {
    ["0", "1", "2"].map(conn)
}

fn vec() -> Vec<Conn, Counting> {
    let mut vec = Vec::with_capacity_in(3, counting());
    vec.extend(three());
    vec
}

fn boxes() {
    check!("Box", 1, Box::new_in(conn("value"), counting()));
    check!("Box of a tuple", 2, Box::new_in((conn("0"), plain("1"), conn("2")), counting()));
    check!("Box of an array", 2, Box::new_in(three(), counting()));
    check!("Box<[T]>", 2, vec().into_boxed_slice());
    check!("Box<dyn Any>", 1, {
        let boxed: Box<dyn Any, Counting> = Box::new_in((plain("0"), conn("1")), counting());
        boxed
    });
    check!("Pin<Box<dyn Future>>", 1, {
        let captured = conn("captured");
        let future: Pin<Box<dyn Future<Output = Conn>, &Global>> =
            Box::pin_in(async move { captured }, &Global);
        future
    });
    check!("Box of a Box", 1, { Box::new_in(Box::new_in(conn("value"), counting()), counting()) });
    check_block!("moved out of a Box", 1, {
        let boxed = Box::new_in(conn("value"), counting());
        let _value = *boxed;
        tell("moved");
    });
    check_block!("partly moved out of a Box", 2, {
        let boxed = Box::new_in((conn("0"), conn("1")), counting());
        let _first = boxed.0;
        tell("moved");
    });
}

fn collections() {
    check!("Vec", 2, vec());
    check!("vec::IntoIter", 2, vec().into_iter());
    check!("vec::IntoIter, partly consumed", 1, after(1, vec().into_iter()));
    check_block!("vec::Drain", 1, {
        let mut vec = vec();
        vec.drain(..2);
        tell("drained");
    });
    check!("VecDeque", 2, VecDeque::from(vec()));
    check!("BinaryHeap", 1, {
        let mut heap = BinaryHeap::new_in(counting());
        heap.push(conn("value"));
        heap
    });
    check!("LinkedList", 2, {
        let mut list = LinkedList::new_in(counting());
        list.extend(three());
        list
    });
    check!("Rc", 1, Rc::new_in(conn("value"), counting()));
    check!("Arc", 1, Arc::new_in(conn("value"), counting()));
    let global = &Global;
    check!("BTreeMap", 3, {
        let mut map = BTreeMap::new_in(global);
        map.extend([(conn("k0"), conn("v0")), (conn("k1"), conn("v1"))]);
        map
    });
}

fn main() {
    boxes();
    collections();
    assert!(ALLOCATED.get() > 0);
    assert_eq!(ALLOCATED.get(), FREED.get());
}
