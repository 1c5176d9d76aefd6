//! R16, R17: if the destructor of an element panics, the rest of its collection is awaited,
//! whatever kind of collection that is. If the future is dropped meanwhile where nothing can await,
//! the rest is sync-dropped.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::collections::*;
use std::future::AsyncDrop;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use unwinding::*;

/// Enough for a tree of three levels.
const COUNT: usize = 200;

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static AWAITED: AtomicUsize = AtomicUsize::new(0);
static SYNC_DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Part;

impl Drop for Part {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
    }
}

/// The destructor of one of them panics: that which is the tenth to begin.
struct Value(usize, #[allow(dead_code)] Part);

impl Value {
    fn new(number: usize) -> Value {
        ALIVE.fetch_add(1, Relaxed);
        Value(number, Part)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        SYNC_DROPPED.fetch_add(1, Relaxed);
    }
}

impl AsyncDrop for Value {
    async fn drop(self: Pin<&mut Self>) {
        let before = AWAITED.fetch_add(1, Relaxed);
        suspend().await;
        if before == 9 {
            boom();
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.0 == other.0
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Value) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

static PLAIN: AtomicUsize = AtomicUsize::new(0);

/// What is beside a value in a map.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Plain(usize);

impl Plain {
    fn new(number: usize) -> Plain {
        PLAIN.fetch_add(1, Relaxed);
        Plain(number)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        PLAIN.fetch_sub(1, Relaxed);
    }
}

async fn hold<T>(values: T) {
    let _values = values;
    suspend().await;
}

#[track_caller]
fn check<T>(make: impl Fn() -> T) {
    check_future(|| hold(make()));
}

/// Polls a future that drops a collection until the panic comes out, and some others so many times.
#[track_caller]
fn check_future<F: Future>(make: impl Fn() -> F) {
    let mut future = Box::pin(make());
    let count = ALIVE.load(Relaxed);
    let payload = poll_out(future.as_mut());
    assert_eq!(text(&payload), "boom");
    assert_eq!(AWAITED.swap(0, Relaxed), count);
    assert_eq!(SYNC_DROPPED.load(Relaxed), 0);
    assert_eq!((ALIVE.load(Relaxed), PLAIN.load(Relaxed)), (0, 0));

    for polls in [0, 1, 5, 11, 12, 13, count] {
        let mut future = Box::pin(make());
        for _ in 0..polls {
            assert!(poll_caught(future.as_mut()).is_ok_and(|poll| poll.is_pending()));
        }
        drop(future);
        assert_eq!((ALIVE.load(Relaxed), PLAIN.load(Relaxed)), (0, 0));
        // That of which the destructor was suspended is dropped in either way.
        let awaited = AWAITED.swap(0, Relaxed);
        assert!([0, 1].contains(&(awaited + SYNC_DROPPED.swap(0, Relaxed) - count)));
    }
}

fn values() -> impl Iterator<Item = Value> {
    (0..COUNT).map(Value::new)
}

fn with_keys() -> impl Iterator<Item = (Plain, Value)> {
    (0..COUNT).map(Plain::new).zip(values())
}

fn with_values() -> impl Iterator<Item = (Value, Plain)> {
    values().zip((0..COUNT).map(Plain::new))
}

/// With elements in both halves of its buffer.
fn deque() -> VecDeque<Value> {
    let mut deque = VecDeque::with_capacity(COUNT);
    deque.extend((5..COUNT).map(Value::new));
    (0..5).map(Value::new).for_each(|value| deque.push_front(value));
    assert_eq!(deque.as_slices().0.len(), 5);
    deque
}

/// Drops some, and leaves the rest to the iterator.
fn begun<I: DoubleEndedIterator>(mut iter: I) -> I {
    iter.by_ref().take(30).for_each(drop);
    iter.by_ref().rev().take(30).for_each(drop);
    SYNC_DROPPED.store(0, Relaxed);
    iter
}

/// Calls `check_future` for a drain of all that is in a collection.
macro_rules! check_drain {
    ($collection:expr, |$name:ident| $drain:expr) => {
        check_future(|| {
            let mut $name = $collection;
            async move {
                let _drain = $drain;
                suspend().await;
            }
        })
    };
}

fn main() {
    std::panic::set_hook(Box::new(|info| match info.payload_as_str() {
        Some("boom") => {}
        _ => eprintln!("{info}"),
    }));
    check(|| values().collect::<Vec<_>>());
    check(|| begun(values().collect::<Vec<_>>().into_iter()));
    check_drain!(values().collect::<Vec<_>>(), |vec| vec.drain(..));
    check(|| values().collect::<Box<[_]>>());
    check(|| values().collect::<std::rc::Rc<[_]>>());
    check(|| begun(std::array::from_fn::<_, COUNT, _>(Value::new).into_iter()));
    check(deque);
    check(|| begun(deque().into_iter()));
    check_drain!(deque(), |deque| deque.drain(..));
    check(|| values().collect::<LinkedList<_>>());
    check(|| begun(values().collect::<LinkedList<_>>().into_iter()));
    check(|| values().collect::<BinaryHeap<_>>());
    check(|| values().collect::<BTreeSet<_>>());
    check(|| begun(values().collect::<BTreeSet<_>>().into_iter()));
    check(|| with_keys().collect::<BTreeMap<_, _>>());
    check(|| with_values().collect::<BTreeMap<_, _>>());
    check(|| values().zip(values()).collect::<BTreeMap<_, _>>());
    check(|| begun(with_keys().collect::<BTreeMap<_, _>>().into_iter()));
    check(|| begun(with_keys().collect::<BTreeMap<_, _>>().into_values()));
    check(|| begun(with_values().collect::<BTreeMap<_, _>>().into_keys()));
    check(|| values().collect::<HashSet<_>>());
    check(|| values().collect::<HashSet<_>>().into_iter());
    check_drain!(values().collect::<HashSet<_>>(), |set| set.drain());
    check(|| with_keys().collect::<HashMap<_, _>>());
    check(|| with_values().collect::<HashMap<_, _>>());
    check(|| with_keys().collect::<HashMap<_, _>>().into_iter());
    check_drain!(with_values().collect::<HashMap<_, _>>(), |map| map.drain());
}
