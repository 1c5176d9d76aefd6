//! A clone of a coroutine has each value once: those that are alive in its state. A capture is one
//! of them for as long as it is alive, and its bytes may be those of another local after that.
//@ edition: 2024
//@ run-pass
//@ revisions: packed unpacked
//@[packed] compile-flags: -Zpack-coroutine-layout=yes
#![feature(coroutine_clone, coroutine_trait, coroutines, stmt_expr_attributes)]

use std::cell::Cell;
use std::ops::{Coroutine, CoroutineState};
use std::pin::Pin;

thread_local! {
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

struct Counted(Box<u8>);

impl Counted {
    fn new(number: u8) -> Counted {
        ALIVE.set(ALIVE.get() + 1);
        Counted(Box::new(number))
    }
}

impl Clone for Counted {
    fn clone(&self) -> Counted {
        Counted::new(*self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

/// Nothing to drop, and only to be cloned where it has a value.
struct Checked<'a>(&'a [u64; 2], [u64; 3]);

impl Clone for Checked<'_> {
    fn clone(&self) -> Self {
        assert_eq!(self.0[0], 77);
        Checked(self.0, self.1)
    }
}

#[inline(never)]
fn take(checked: Checked<'_>) -> u64 {
    checked.0[0]
}

/// Clones the coroutine in each of its states, and runs each clone to its end.
fn run_clones<C: Coroutine<(), Return = ()> + Clone + Unpin>(coroutine: C) {
    let mut original = coroutine;
    loop {
        let mut clone = original.clone();
        while let CoroutineState::Yielded(_) = Pin::new(&mut clone).resume(()) {}
        drop(original.clone());
        if let CoroutineState::Complete(()) = Pin::new(&mut original).resume(()) {
            return;
        }
    }
}

fn main() {
    let counted = Counted::new(3);
    run_clones(
        #[coroutine]
        move || {
            yield 1;
            assert_eq!(*counted.0, 3);
            yield 2;
        },
    );
    assert_eq!(ALIVE.get(), 0);

    let (kept, plain) = (Counted::new(4), [9; 5]);
    run_clones(
        #[coroutine]
        move || {
            let sum: u64 = plain.iter().sum();
            yield 1;
            let other = Counted::new(5);
            yield 2;
            assert_eq!((*kept.0, *other.0, sum), (4, 5, 45));
        },
    );
    assert_eq!(ALIVE.get(), 0);

    // Without packing, upstream clones a capture that was moved away.
    if cfg!(packed) {
        let numbers = [77, 78];
        let checked = Checked(&numbers, [1; 3]);
        run_clones(
            #[coroutine]
            move || {
                let number = take(checked);
                let number = [number; 4];
                yield 1;
                assert_eq!(number, [77; 4]);
            },
        );
    }
}
