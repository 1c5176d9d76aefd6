//! R8, R12, R13, R14, R17: `Vec`, its iterators and boxed slices await their elements in today's
//! order, at every opt-level. Cancelled or left by a panic halfway, each element is still dropped
//! once: by its destructor, or in a sync context or while unwinding by `Drop`.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use owned::*;

fn four() -> Vec<Conn> {
    vec![conn("0"), conn("1"), conn("2"), conn("3")]
}

fn owners() {
    check!("Vec", 2, four());
    check!("Vec, in the first", 1, four());
    check!("Vec, in the last", 4, four());
    check!("Vec with spare capacity", 2, {
        let mut vec = Vec::with_capacity(10);
        vec.extend(four());
        vec
    });
    check!("Vec of tuples", 2, vec![(plain("0.0"), conn("0.1")), (plain("1.0"), conn("1.1"))]);
    check!("Vec of Vec", 3, vec![four(), vec![], vec![conn("4"), conn("5")]]);
    check!("Vec of arrays", 2, vec![[conn("0"), conn("1")], [conn("2"), conn("3")]]);
    check!("Vec of options", 2, vec![Some(conn("0")), None, Some(conn("2")), Some(conn("3"))]);
    check!("boxed slice", 2, four().into_boxed_slice());
}

fn iterators() {
    check!("IntoIter", 2, four().into_iter());
    check!("IntoIter, partly consumed", 2, after(1, four().into_iter()));
    check!("IntoIter, consumed from both ends", 1, after(1, after(1, four().into_iter()).rev()));
    // A `Peekable` has the item that was peeked at as its last field.
    check!("IntoIter, in adapters", 2, {
        let mut iterator = after(1, four().into_iter()).peekable();
        assert!(iterator.peek().is_some());
        iterator.map(|conn| (conn, 1)).chain(vec![(conn("4"), 2)])
    });
    check!("IntoIter of a boxed slice", 2, four().into_boxed_slice().into_iter());
}

/// What was drained is dropped with the `Drain`, what was not with the `Vec`.
fn drains() {
    check_block!("Drain", 2, {
        let mut vec = four();
        vec.drain(..3);
        tell("drained");
        assert_eq!(vec.len(), 1);
    });
    check_block!("Drain, partly consumed, between elements that stay", 1, {
        let mut vec: Vec<_> = four().into_iter().chain([conn("4"), conn("5")]).collect();
        {
            let _drain = after(1, vec.drain(1..4));
        }
        tell("drained");
        assert_eq!(vec.len(), 3);
    });
    check_block!("the elements that are left after a Drain", 3, {
        let mut vec = four();
        vec.drain(1..2);
        tell("drained");
        assert_eq!(vec.len(), 3);
    });
    check_block!("Drain of everything, consumed from the end", 2, {
        let mut vec = four();
        let _drain = after(1, vec.drain(..).rev());
    });
    check_block!("Drain that was consumed", 1, {
        let mut vec = four();
        let _drain = after(2, vec.drain(..2));
        tell("consumed");
    });
}

/// Elements are moved out of a vector, into it, and replaced in it.
fn moves() {
    check_block!("elements that were moved", 2, {
        let mut vec = four();
        let _second = vec.remove(1);
        vec.swap(0, 2);
        vec.push(conn("4"));
    });
    check_block!("an element that is assigned", 2, {
        let mut vec = four();
        vec[2] = conn("new");
        tell("assigned");
    });
    check_block!("an element that is popped", 1, {
        let mut vec = four();
        vec.pop();
        tell("popped");
    });
    check_block!("a vector that is assigned", 5, {
        let mut vec = four();
        tell(vec.len());
        vec = vec![conn("new")];
        tell(vec.len());
    });
    check_block!("a loop that is left early", 3, {
        for (index, _conn) in four().into_iter().enumerate() {
            if index == 1 {
                tell("break");
                break;
            }
        }
        tell("left the loop");
    });
}

fn main() {
    owners();
    iterators();
    drains();
    moves();
    check_order(names(), || names().map(conn).collect::<Vec<_>>());
    check_order(names().skip(7), || after(7, names().map(conn).collect::<Vec<_>>().into_iter()));
    check_nothing_to_await(Vec::<Conn>::new);
    check_nothing_to_await(|| Vec::<Conn>::with_capacity(10));
    check_nothing_to_await(|| Vec::<Conn>::new().into_iter());
    check_nothing_to_await(|| Vec::<Conn>::new().into_boxed_slice());
    check_nothing_to_await(|| after(4, four().into_iter()));
}
