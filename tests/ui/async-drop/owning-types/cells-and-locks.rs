//! R8, R12, R13, R14, R17: what is in an option, an array's iterator, a cell or a lock is awaited
//! with it, whether or not it was there from the beginning.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::cell::{Cell, LazyCell, OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};
use std::{array, panic};

use owned::*;

fn four() -> array::IntoIter<Conn, 4> {
    ["0", "1", "2", "3"].map(conn).into_iter()
}

fn options() {
    check!("Option", 1, Some(conn("value")));
    check!("Result", 1, Err::<Plain, _>(conn("error")));
    check_block!("Option, taken and assigned", 2, {
        let mut option = Some(conn("first"));
        option.take();
        tell("taken");
        option = Some(conn("second"));
        tell(option.is_some());
        option = None;
        tell(option.is_none());
    });
}

fn arrays() {
    check!("array::IntoIter", 2, four());
    check!("array::IntoIter, partly consumed", 2, after(1, four()));
    check!("array::IntoIter, consumed from both ends", 2, after(1, after(1, four()).rev()));
}

fn cells() {
    check!("Cell", 1, Cell::new(conn("value")));
    check!("RefCell", 1, RefCell::new((conn("0"), plain("1"))));
    check!("OnceCell, made full", 1, OnceCell::from(conn("value")));
    check!("OnceCell, set", 1, {
        let cell = OnceCell::new();
        let _ = cell.set(conn("value"));
        cell
    });
    check!("LazyCell, forced", 1, {
        let cell = LazyCell::new(|| conn("value"));
        assert!(*cell == *cell);
        cell
    });
    check!("LazyCell, not forced", 1, {
        let captured = conn("captured");
        LazyCell::new(move || captured)
    });
    check_block!("Cell and RefCell, replaced", 2, {
        let cell = Cell::new(conn("first"));
        cell.replace(conn("second"));
        tell("replaced");
        let cell = RefCell::new(conn("third"));
        *cell.borrow_mut() = conn("fourth");
        tell("assigned");
    });
}

fn locks() {
    check!("Mutex", 1, Mutex::new(conn("value")));
    check!("RwLock", 1, RwLock::new((plain("0"), conn("1"), conn("2"))));
    check!("OnceLock, made full", 1, OnceLock::from(conn("value")));
    check!("OnceLock, set", 1, {
        let lock = OnceLock::new();
        let _ = lock.set(conn("value"));
        lock
    });
    check!("LazyLock, forced", 1, {
        let lock = LazyLock::new(|| conn("value"));
        assert!(*lock == *lock);
        lock
    });
    check!("LazyLock, not forced", 1, {
        let captured = conn("captured");
        LazyLock::new(move || captured)
    });
    check_block!("Mutex, locked and assigned", 1, {
        let lock = Mutex::new(conn("first"));
        *lock.lock().unwrap() = conn("second");
        tell("assigned");
        let _value = lock.into_inner().unwrap();
    });
}

/// What fails to initialise drops its closure while unwinding, and is empty afterwards.
fn poisoned() {
    fn fails(captured: Conn) -> Conn {
        let _captured = captured;
        panic::resume_unwind(Box::new("panic"))
    }
    check_nothing_to_await(|| {
        let captured = conn("captured");
        let lock = LazyLock::new(move || fails(captured));
        quietly(|| catch_unwind(AssertUnwindSafe(|| _ = &*lock))).unwrap_err();
        lock
    });
    check_nothing_to_await(|| {
        let captured = conn("captured");
        let cell = LazyCell::new(move || fails(captured));
        quietly(|| catch_unwind(AssertUnwindSafe(|| _ = &*cell))).unwrap_err();
        cell
    });
}

fn main() {
    options();
    arrays();
    cells();
    locks();
    poisoned();
    check_nothing_to_await(|| None::<Conn>);
    check_nothing_to_await(|| [(); 0].map(|()| conn("none")).into_iter());
    check_nothing_to_await(|| after(4, four()));
    check_nothing_to_await(OnceCell::<Conn>::new);
    check_nothing_to_await(OnceLock::<Conn>::new);
    check_nothing_to_await(|| LazyLock::new(|| conn("none")));
}
