//! What the tests of this folder share: a value that tells what happens to it, and all the ways in
//! which something that owns such values is dropped. Include it with `#[path]`.

#![allow(dead_code, unused_imports, unused_macros)]

#[path = "../../auxiliary/support.rs"]
mod support;
use std::cell::{Cell, RefCell};
use std::future::{AsyncDrop, Future, async_drop};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::thread::LocalKey;

pub use support::{block_on, forever, poll_once, suspend};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ALIVE: Cell<isize> = const { Cell::new(0) };
    /// The how manyeth destructor that is awaited to its end panics instead; 0 is none.
    static DESTRUCTORS_UNTIL_PANIC: Cell<usize> = const { Cell::new(0) };
    /// The how manyeth `Drop::drop` of a `Conn` panics; 0 is none.
    static DROPS_UNTIL_PANIC: Cell<usize> = const { Cell::new(0) };
}

/// Adds to what the next `told` returns.
pub fn tell(what: impl ToString) {
    LOG.with_borrow_mut(|log| log.push(what.to_string()));
}

/// What was told since the last call, once all values are dropped.
#[track_caller]
pub fn told() -> String {
    assert_eq!(ALIVE.get(), 0, "values leaked (> 0) or dropped twice (< 0)");
    LOG.take().join(", ")
}

/// Does something of which nothing is told.
pub fn quietly<T>(act: impl FnOnce() -> T) -> T {
    let before = LOG.with_borrow(Vec::len);
    let result = act();
    LOG.with_borrow_mut(|log| log.truncate(before));
    result
}

fn is_turn_to_panic(countdown: &'static LocalKey<Cell<usize>>) -> bool {
    let left = countdown.get();
    countdown.set(left.saturating_sub(1));
    left == 1
}

/// The how manyeth destructor from now on that would end by itself is to panic.
pub fn panic_in_destructor(number: usize) {
    DESTRUCTORS_UNTIL_PANIC.set(number);
}

/// Counts how often it is dropped, and that it stays where it is pinned.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Counted {
    pinned_at: Option<usize>,
}

impl Counted {
    fn new() -> Counted {
        ALIVE.set(ALIVE.get() + 1);
        Counted { pinned_at: None }
    }

    fn address(&self) -> usize {
        (&raw const *self).addr()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
        let address = self.address();
        assert_eq!(self.pinned_at.unwrap_or(address), address, "moved while pinned");
    }
}

/// A value whose destructor suspends once. It owns memory, so that a leak or a double drop is also
/// one of memory.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conn {
    name: Box<&'static str>,
    counted: Counted,
}

impl Conn {
    pub fn is(&self, name: &str) -> bool {
        *self.name == name
    }
}

/// Short for a new `Conn`.
pub fn conn(name: &'static str) -> Conn {
    Conn { name: Box::new(name), counted: Counted::new() }
}

impl Drop for Conn {
    fn drop(&mut self) {
        tell(format!("sync {}", self.name));
        if is_turn_to_panic(&DROPS_UNTIL_PANIC) {
            resume_unwind(Box::new("Drop"));
        }
    }
}

impl AsyncDrop for Conn {
    async fn drop(mut self: Pin<&mut Self>) {
        tell(format!("begin {}", self.name));
        self.counted.pinned_at = Some(self.counted.address());
        let mut end = End { name: *self.name, how: "halt" };
        suspend().await;
        if is_turn_to_panic(&DESTRUCTORS_UNTIL_PANIC) {
            end.how = "panic";
            resume_unwind(Box::new("AsyncDrop"));
        }
        end.how = "end";
    }
}

/// Tells how a destructor ends.
struct End {
    name: &'static str,
    how: &'static str,
}

impl Drop for End {
    fn drop(&mut self) {
        tell(format!("{} {}", self.how, self.name));
    }
}

/// A value with nothing but `Drop`.
pub struct Plain(Box<&'static str>, Counted);

impl Plain {
    pub fn name(&self) -> &'static str {
        &self.0
    }
}

/// Short for a new `Plain`.
pub fn plain(name: &'static str) -> Plain {
    Plain(Box::new(name), Counted::new())
}

impl Drop for Plain {
    fn drop(&mut self) {
        tell(format!("sync {}", self.0));
    }
}

/// The iterator after `count` of its items were dropped, of which nothing is told.
pub fn after<I: Iterator>(count: usize, mut iterator: I) -> I {
    quietly(|| iterator.by_ref().take(count).for_each(drop));
    iterator
}

/// Polls a future until it is suspended in the destructor at which it is to be cancelled.
#[track_caller]
pub fn poll_times<F: Future>(polls: usize, mut future: Pin<&mut F>) {
    for _ in 0..polls {
        assert!(poll_once(future.as_mut()).is_pending(), "completed before it was cancelled");
    }
    tell("|");
}

/// Polls a future some times in an async body and then leaves the scope that it is pinned in.
pub async fn leave_after(polls: usize, future: impl Future) {
    {
        let mut future = pin!(future);
        poll_times(polls, future.as_mut());
    }
    tell("left");
}

/// Catches a panic of a destructor, either half.
pub fn catch<T>(expected: &str, act: impl FnOnce() -> T) {
    let payload = catch_unwind(AssertUnwindSafe(act)).err().expect("nothing panicked");
    assert_eq!(*payload.downcast::<&str>().unwrap(), expected);
}

/// Drops in all ways what `body` holds when it ends. `|` is where it is cancelled after `polls`
/// polls; that is in the destructor number `polls`, which panics where one is to panic.
fn all_ways<F: Future>(polls: usize, body: impl Fn() -> F, sync: impl Fn()) -> Vec<String> {
    let mut ways = Vec::new();
    let mut way = |name: &str| {
        let told = told();
        ways.push(format!("  {name}: {told}"));
    };
    block_on(body());
    way("awaited");

    sync();
    way("sync");

    let mut future = Box::pin(body());
    poll_times(polls, future.as_mut());
    drop(future);
    way("cancelled in a sync context");

    block_on(leave_after(polls, body()));
    way("cancelled in an async body");

    panic_in_destructor(polls);
    catch("AsyncDrop", || block_on(body()));
    way("a destructor panics");

    panic_in_destructor(polls);
    catch("AsyncDrop", || block_on(leave_after(polls, body())));
    way("a destructor panics, cancelled in an async body");

    let mut future = Box::pin(body());
    poll_times(polls, future.as_mut());
    DROPS_UNTIL_PANIC.set(1);
    catch("Drop", || drop(future));
    way("Drop panics, cancelled in a sync context");
    ways
}

/// Prints what happens when what `body` holds at its end is dropped, in all ways.
#[track_caller]
pub fn check_body<F: Future>(title: &str, polls: usize, body: impl Fn() -> F, sync: impl Fn()) {
    println!("{title}");
    all_ways(polls, body, sync).iter().for_each(|way| println!("{way}"));
}

pub async fn hold<T>(value: impl FnOnce() -> T) {
    let _value = value();
}

trait Erased {}
impl<T> Erased for T {}

/// Wraps a value that is dropped in the same way without the wrapper.
fn erase<'a, T: 'a>(value: T) -> Box<dyn Erased + 'a> {
    Box::new(value)
}

struct Wrapper<T> {
    _before: u8,
    _value: Option<T>,
}

/// Prints what `check!` does, and checks that it does not matter how the value is held.
#[track_caller]
pub fn check_value<T, F: Future>(
    title: &str,
    polls: usize,
    make: impl Fn() -> T,
    body: impl Fn() -> F,
) {
    let expected = all_ways(polls, body, || drop(make()));
    println!("{title}");
    expected.iter().for_each(|way| println!("{way}"));

    let check = |holder: &str, ways: Vec<String>| {
        for (way, expected) in ways.iter().zip(&expected) {
            assert_eq!(way, expected, "{title}: {holder}");
        }
    };
    let wrapped = || Wrapper { _before: 0, _value: Some(make()) };
    let boxed = || Box::new(make());
    let erased = || erase(make());
    check("generic", all_ways(polls, || hold(&make), || drop(make())));
    check("async_drop", all_ways(polls, || async_drop(make()), || drop(make())));
    check("wrapped", all_ways(polls, || hold(&wrapped), || drop(wrapped())));
    check("boxed", all_ways(polls, || hold(&boxed), || drop(boxed())));
    check("erased", all_ways(polls, || hold(&erased), || drop(erased())));
}

/// Drops an expression's value in all ways, cancelled after some polls where it is cancelled.
macro_rules! check {
    ($title:expr, $polls:expr, $value:expr $(,)?) => {
        $crate::owned::check_value(
            $title,
            $polls,
            || $value,
            || async {
                let _value = $value;
            },
        )
    };
}
pub(crate) use check;

/// Runs a block, in an async body and in a sync one, and drops in all ways what it holds at its
/// end.
macro_rules! check_block {
    ($title:expr, $polls:expr, $block:block) => {
        $crate::owned::check_body($title, $polls, || async { $block }, || $block)
    };
}
pub(crate) use check_block;

/// Checks that dropping a value in an async body suspends nowhere and does nothing.
#[track_caller]
pub fn check_nothing_to_await<T>(make: impl Fn() -> T) {
    assert!(poll_once(pin!(hold(&make))).is_ready());
    assert!(poll_once(pin!(async_drop(make()))).is_ready());
    assert!(poll_once(pin!(hold(|| erase(make())))).is_ready());
    drop(Box::pin(hold(&make)));
    assert_eq!(told(), "");
}

/// More names than fit into a node of a `BTreeMap`, in ascending order.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> + DoubleEndedIterator + Clone {
    const NAMES: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..NAMES.len()).map(|index| &NAMES[index..=index])
}

/// Checks that many values are dropped in the order of `names`, cancelled or not.
#[track_caller]
pub fn check_order<T>(names: impl Iterator<Item = &'static str>, make: impl Fn() -> T) {
    let names: Vec<_> = names.collect();
    let told_by = |how: &[&str], names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| how.iter().map(move |how| format!("{how} {name}"))).collect()
    };
    let awaited = |names: &[&str]| told_by(&["begin", "end"], names);
    let check = |parts: &[Vec<String>]| assert_eq!(told(), parts.concat().join(", "));
    block_on(hold(&make));
    check(&[awaited(&names)]);
    drop(make());
    check(&[told_by(&["sync"], &names)]);
    for polls in [1, 2, names.len() / 2, names.len() - 1, names.len()] {
        let (before, rest) = names.split_at(polls - 1);
        let (halted, after) = rest.split_at(1);
        let until_cancelled =
            [awaited(before), told_by(&["begin"], halted), vec!["|".into()]].concat();

        let mut future = Box::pin(hold(&make));
        poll_times(polls, future.as_mut());
        drop(future);
        check(&[until_cancelled.clone(), told_by(&["halt"], halted), told_by(&["sync"], rest)]);

        block_on(leave_after(polls, hold(&make)));
        let left = vec!["left".into()];
        check(&[until_cancelled, told_by(&["end"], halted), awaited(after), left]);
    }
}
