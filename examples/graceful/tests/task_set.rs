//! The set by itself, with values that count their ends.

#![feature(async_drop)]
#![allow(incomplete_features)]

#[macro_use]
mod runtimes;

use std::future::{AsyncDrop, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use graceful::task_set::{Report, TaskSet};
use tokio::task::yield_now;
use tokio::time::sleep;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Counts {
    awaited: AtomicUsize,
    sync: AtomicUsize,
}

impl Counts {
    /// How many values were dropped by await, and how many were not.
    fn get(&self) -> (usize, usize) {
        (self.awaited.load(Ordering::SeqCst), self.sync.load(Ordering::SeqCst))
    }
}

/// A value whose destructor takes so long.
struct Held(Arc<Counts>, Duration);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.sync.fetch_add(1, Ordering::SeqCst);
    }
}

impl AsyncDrop for Held {
    async fn drop(self: Pin<&mut Self>) {
        sleep(self.1).await;
        self.0.awaited.fetch_add(1, Ordering::SeqCst);
    }
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {}
}

impl AsyncDrop for Panics {
    async fn drop(self: Pin<&mut Self>) {
        yield_now().await;
        panic!("a destructor failed, as planned");
    }
}

async fn hold<T>(value: T) {
    let _value = value;
    pending().await
}

async fn shut_down_at_once() {
    let counts = Arc::<Counts>::default();
    let mut set = TaskSet::default();
    for _ in 0..10 {
        set.spawn(hold([
            Held(counts.clone(), Duration::ZERO),
            Held(counts.clone(), Duration::ZERO),
        ]));
    }
    assert_eq!(set.len(), 10);
    let report = set.shutdown(LONG).await;
    assert_eq!(report, Report { cancelled: 10, ..Report::default() });
    assert_eq!(counts.get(), (20, 0));
}

async fn nothing_to_shut_down() {
    let set = TaskSet::default();
    assert!(set.is_empty());
    assert_eq!(set.shutdown(LONG).await, Report::default());
}

/// The deadline cuts off a destructor in the middle; what is done by then stays done.
async fn deadline_missed_by_some() {
    let counts = Arc::<Counts>::default();
    let mut set = TaskSet::default();
    for takes in [Duration::ZERO, LONG, Duration::ZERO, LONG, LONG] {
        set.spawn(hold(Held(counts.clone(), takes)));
    }
    yield_now().await;
    let report = set.shutdown(Duration::from_millis(500)).await;
    assert_eq!(report, Report { cancelled: 2, aborted: 3, ..Report::default() });
    assert_eq!(counts.get(), (2, 3));
}

async fn completed_keeps_its_count() {
    let counts = Arc::<Counts>::default();
    let mut set = TaskSet::default();
    let held = Held(counts.clone(), Duration::ZERO);
    set.spawn(async move {
        let _held = held;
    });
    while counts.get() != (1, 0) {
        sleep(Duration::from_millis(1)).await;
    }
    let report = set.shutdown(LONG).await;
    assert_eq!(report, Report { completed: 1, ..Report::default() });
}

async fn destructor_panics() {
    let counts = Arc::<Counts>::default();
    let mut set = TaskSet::default();
    set.spawn(hold((Panics, Held(counts.clone(), Duration::ZERO))));
    let report = set.shutdown(LONG).await;
    assert_eq!(report, Report { panicked: 1, ..Report::default() });
    // R17: its sibling is awaited.
    assert_eq!(counts.get(), (1, 0));
}

/// A set that goes away aborts its tasks, and aborting awaits nothing.
async fn dropped_without_shutdown() {
    let counts = Arc::<Counts>::default();
    let mut set = TaskSet::default();
    for _ in 0..10 {
        set.spawn(hold(Held(counts.clone(), Duration::ZERO)));
    }
    yield_now().await;
    drop(set);
    while counts.get() != (0, 10) {
        sleep(Duration::from_millis(1)).await;
    }
}

on_both_runtimes! {
    shut_down_at_once
    nothing_to_shut_down
    deadline_missed_by_some
    completed_keeps_its_count
    destructor_panics
    dropped_without_shutdown
}
