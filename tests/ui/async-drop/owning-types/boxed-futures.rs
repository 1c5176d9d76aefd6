//! R8, R9, R13, R14: a boxed future that is dropped in an async body is cancelled by await, from
//! whatever state it is in, and that allocates nothing: what it takes is in the future's own
//! memory. A trait object whose dynamic type has nothing to await is dropped without a poll more.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "../auxiliary/support.rs"]
mod support;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::AsyncDrop;
use std::pin::{Pin, pin};
use std::thread::LocalKey;

use support::*;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: it forwards to `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(&ALLOCATED);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(&FREED);
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

/// Owns no memory, and tells nothing while one counts.
struct Quiet;

thread_local! {
    static BEGUN: Cell<usize> = const { Cell::new(0) };
    static ENDED: Cell<usize> = const { Cell::new(0) };
    static SYNC: Cell<usize> = const { Cell::new(0) };
}

fn count(counter: &'static LocalKey<Cell<usize>>) {
    counter.set(counter.get() + 1);
}

impl Drop for Quiet {
    fn drop(&mut self) {
        count(&SYNC);
    }
}

impl AsyncDrop for Quiet {
    async fn drop(self: Pin<&mut Self>) {
        count(&BEGUN);
        suspend().await;
        count(&ENDED);
    }
}

/// Polled once it is suspended in its body, then in the destructor of its variable, its awaited
/// future's variable, and its parameter.
async fn future(_parameter: Quiet) {
    let _local = (Quiet, [0_u8; 100]);
    inner().await;
}

async fn inner() {
    let _inner = [Quiet, Quiet];
    suspend().await;
}

type Erased = Pin<Box<dyn Future<Output = ()>>>;

/// What happens when a future that was polled some times is dropped in an async body.
fn cancel<F: Future + Unpin>(title: &str, polls: usize, mut future: F) {
    for _ in 0..polls {
        let _ = poll_once(Pin::new(&mut future));
    }
    for counter in [&ALLOCATED, &FREED, &BEGUN, &ENDED, &SYNC] {
        counter.set(0);
    }
    let mut suspensions = 0;
    {
        let mut body = pin!(async {
            let _future = future;
        });
        while poll_once(body.as_mut()).is_pending() {
            suspensions += 1;
        }
    }
    let [allocated, freed, begun, ended, sync] =
        [&ALLOCATED, &FREED, &BEGUN, &ENDED, &SYNC].map(|counter| counter.get());
    println!("{title}, {polls} polls: {suspensions} suspensions");
    println!("  {begun} begun, {ended} ended, {sync} sync; {allocated} allocated, {freed} freed");
}

fn futures() {
    for polls in 0..=6 {
        cancel("Pin<Box<future>>", polls, Box::pin(future(Quiet)));
    }
    for polls in 0..=6 {
        cancel("Pin<Box<dyn Future>>", polls, Box::pin(future(Quiet)) as Erased);
    }
    for polls in 0..=6 {
        let inner: Erased = Box::pin(future(Quiet));
        let outer: Erased = Box::pin(async move { inner.await });
        cancel("Pin<Box<dyn Future>> awaited by another", polls, outer);
    }
}

trait Trait {}
impl<T> Trait for T {}

/// What allocates in an async body is none of the drops in it.
fn without_async_drop() {
    fn check(title: &str, make: impl Fn() -> Box<dyn Trait>) {
        let mut value = Some(make());
        let before = ALLOCATED.get();
        let ready = poll_once(pin!(async {
            let _value = value.take();
        }))
        .is_ready();
        let allocated = ALLOCATED.get() - before;
        println!("{title}: ready at once: {ready}, {allocated} allocated");
    }
    check("Box<dyn Trait> of a number", || Box::new(1));
    check("Box<dyn Trait> of a String", || Box::new(String::from("string")));
    check("Box<dyn Trait> of a closure", || Box::new(|| ()));
    check("Box<dyn Trait> of a Vec<String>", || Box::new(vec![String::from("string")]));
    check("Box<dyn Trait> of a reference", || Box::new(&1));
    check("Box<dyn Trait> of a plain future", || Box::new(suspend()));
    check("Box<dyn Trait> of a plain value", || Box::new(Plain::new("plain")));
    let mut many = Some(Vec::from_iter((0..100).map(|number| Box::new(number) as Box<dyn Trait>)));
    let before = ALLOCATED.get();
    let ready = poll_once(pin!(async { drop_all(many.take()).await })).is_ready();
    println!("100 of them: ready at once: {ready}, {} allocated", ALLOCATED.get() - before);
    assert_none_alive();
}

async fn drop_all<T>(value: T) {
    let _value = value;
}

/// Told with names, in the order of dropping.
async fn holds(captured: Graceful) {
    let _local = Graceful::new("local");
    forever().await;
    drop(captured);
}

fn told() {
    for polls in 0..2 {
        println!("cancelled after {polls} polls");
        block_on(async {
            let mut future: Erased = Box::pin(holds(Graceful::new("captured")));
            for _ in 0..polls {
                assert!(poll_once(future.as_mut()).is_pending());
            }
            println!("  leave");
        });
        assert_none_alive();
    }
    println!("assigned while suspended");
    block_on(async {
        let mut future: Erased = Box::pin(holds(Graceful::new("first")));
        assert!(poll_once(future.as_mut()).is_pending());
        future = Box::pin(holds(Graceful::new("second")));
        println!("  assigned");
        assert!(poll_once(future.as_mut()).is_pending());
    });
    assert_none_alive();
    println!("in a vector, the second one not started");
    block_on(async {
        let mut futures: Vec<Erased> = Vec::new();
        for name in ["first", "second", "third"] {
            futures.push(Box::pin(holds(Graceful::new(name))));
        }
        for index in [0, 2] {
            assert!(poll_once(futures[index].as_mut()).is_pending());
        }
        println!("  leave");
    });
    assert_none_alive();
}

fn main() {
    futures();
    without_async_drop();
    told();
}
