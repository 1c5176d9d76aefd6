//! What the generated programs share: values that tell when they are made and dropped, functions
//! that move and borrow them, and the ways in which a program is run. `src/fuzz` writes the
//! programs and knows what each of these functions does.

#![allow(dead_code)]

use std::async_iter::AsyncIterator;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::{AsyncDrop, Future, poll_fn};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

#[path = "panics.rs"]
mod panics;

pub use panics::Ending;
use panics::Ending::*;

/// A run that needs more polls than this does not complete.
const MOST_POLLS: usize = 1_000;

/// Runs are cancelled after at most this many polls.
const MOST_CANCELLED: usize = 10;

thread_local! {
    static NEXT: Cell<usize> = const { Cell::new(0) };
    /// A future is dropped where nothing can await: it is not told whether the thread panics.
    static DROPPING: Cell<bool> = const { Cell::new(false) };
    static ALIVE: RefCell<BTreeSet<usize>> = const { RefCell::new(BTreeSet::new()) };
}

/// A value's number. It owns heap memory, so that a leak or a double drop is also one of memory.
struct Life(Box<usize>);

impl Drop for Life {
    fn drop(&mut self) {
        if !ALIVE.with_borrow_mut(|alive| alive.remove(&self.0)) {
            println!("    dropped twice {}", self.0);
        }
    }
}

/// What a type with a destructor has as its last field: its number, and where the destructor began.
pub struct Tag {
    life: Life,
    canary: Cell<*const Tag>,
}

impl Tag {
    pub fn new() -> Tag {
        let number = NEXT.replace(NEXT.get() + 1);
        event("new", number);
        ALIVE.with_borrow_mut(|alive| alive.insert(number));
        Tag { life: Life(Box::new(number)), canary: Cell::new(std::ptr::null()) }
    }

    pub fn sync(&self) {
        event("sync", *self.life.0);
    }

    pub fn begin(&self) {
        self.canary.set(self);
        event("begin", *self.life.0);
    }

    pub fn end(&self) {
        self.stays();
        event("end", *self.life.0);
    }

    /// Tells if the value was moved since its destructor began.
    fn stays(&self) {
        if self.canary.get() != self as *const Tag {
            println!("    moved {}", self.life.0);
        }
    }
}

/// Tells what happens, which is a step that may panic.
fn event(event: &str, number: usize) {
    let panicking = if std::thread::panicking() && !DROPPING.get() { " panicking" } else { "" };
    println!("    {event} {number}{panicking}");
    panics::step();
}

/// A value with nothing but `Drop`.
pub struct Plain(Tag);

impl Plain {
    pub fn new() -> Plain {
        Plain(Tag::new())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.0.sync();
    }
}

/// A value whose destructor suspends as often as it is told to.
pub struct Graceful {
    suspensions: usize,
    tag: Tag,
}

impl Graceful {
    pub fn new(suspensions: usize) -> Graceful {
        Graceful { suspensions, tag: Tag::new() }
    }
}

impl Drop for Graceful {
    fn drop(&mut self) {
        self.tag.sync();
    }
}

impl AsyncDrop for Graceful {
    async fn drop(self: Pin<&mut Self>) {
        self.tag.begin();
        for _ in 0..self.suspensions {
            suspend().await;
            self.tag.stays();
        }
        self.tag.end();
    }
}

/// A generic value without a destructor of its own.
pub struct Wrap<T>(pub T);

/// A generic value whose destructor suspends once.
pub struct Guard<T> {
    value: T,
    tag: Tag,
}

impl<T> Guard<T> {
    pub fn new(value: T) -> Guard<T> {
        Guard { value, tag: Tag::new() }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        self.tag.sync();
    }
}

impl<T> AsyncDrop for Guard<T> {
    async fn drop(self: Pin<&mut Self>) {
        self.tag.begin();
        suspend().await;
        self.tag.end();
    }
}

pub fn mark(number: usize) {
    event("mark", number);
}

/// Is pending once.
pub async fn suspend() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
    panics::step();
}

/// Drops the value where nothing can await.
pub fn consume<T>(_value: T) {
    panics::step();
}

pub fn touch<T>(_value: &T) {
    panics::step();
}

pub fn with<A, T>(_borrowed: &A, value: T) -> T {
    panics::step();
    value
}

pub async fn with_async<A, T>(_borrowed: &A, value: T) -> T {
    suspend().await;
    value
}

/// An item of a loop's source. When there are no more, the value is dropped here.
pub fn item<T>(goes_on: bool, value: T) -> Option<T> {
    panics::step();
    goes_on.then_some(value)
}

/// An array of a type that cannot be inferred.
pub fn nothing<T>() -> [T; 0] {
    []
}

/// A condition that the compiler does not see through.
pub fn yes(condition: bool) -> bool {
    panics::step();
    black_box(condition)
}

pub fn probe<A>(_borrowed: &A, condition: bool) -> bool {
    panics::step();
    black_box(condition)
}

/// An index that the compiler does not see through.
pub fn at(index: usize) -> usize {
    black_box(index)
}

/// Counts a round of a loop; false if there were enough.
pub fn tick(round: &mut usize, rounds: usize) -> bool {
    *round += 1;
    panics::step();
    black_box(*round <= rounds)
}

pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls at most so often, until the future is ready.
pub fn poll_times<F: Future + ?Sized>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return Some(output);
        }
    }
    None
}

/// The next item of an async generator.
pub async fn next<G: AsyncIterator + ?Sized>(mut generator: Pin<&mut G>) -> Option<G::Item> {
    poll_fn(|context| generator.as_mut().poll_next(context)).await
}

/// Polls at most so often, until there is an item or the generator ends.
pub fn poll_next<G: AsyncIterator + ?Sized>(
    mut generator: Pin<&mut G>,
    times: usize,
) -> Option<G::Item> {
    for _ in 0..times {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(item) = generator.as_mut().poll_next(&mut context) {
            return item;
        }
    }
    None
}

/// The output of the first one that is ready. The other one is cancelled.
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Result<A::Output, B::Output> {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|context| {
        if let Poll::Ready(output) = a.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        b.as_mut().poll(context).map(Err)
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// The outputs of both.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let mut a = pin!(a);
    let mut b = pin!(b);
    let mut first = None;
    let mut second = None;
    poll_fn(|context| {
        if first.is_none() {
            first = ready(a.as_mut().poll(context));
        }
        if second.is_none() {
            second = ready(b.as_mut().poll(context));
        }
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

type Boxed<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Tells which values were not dropped, and counts anew.
fn finish() {
    let alive = ALIVE.take();
    print!("  alive {}", alive.len());
    for number in alive {
        print!(" #{number}");
    }
    println!();
    NEXT.set(0);
}

fn poll_traced(future: Pin<&mut (dyn Future<Output = ()> + '_)>) -> bool {
    println!("  poll");
    poll_once(future).is_ready()
}

/// Polls until the future is ready or panics, and says how often it was pending.
fn complete(future: &mut Boxed<'_>) -> usize {
    for pending in 0..MOST_POLLS {
        if panics::caught(|| poll_traced(future.as_mut())).unwrap_or(true) {
            return pending;
        }
    }
    println!("does not complete");
    std::process::exit(1)
}

/// Runs a program in all ways that the fuzzer knows, and prints what happens.
pub fn run<F: Future<Output = ()>>(program: impl Fn() -> F) {
    drive(&|| Box::pin(program()), &|polls| Box::pin(leave(program(), polls)));
}

/// [`run`] for all programs: what is generic is compiled for each of them.
fn drive<'a>(program: &dyn Fn() -> Boxed<'a>, left: &dyn Fn(usize) -> Boxed<'a>) {
    println!("complete");
    let mut future = program();
    let pending = complete(&mut future);
    println!("  again");
    if catch_unwind(AssertUnwindSafe(|| poll_once(future.as_mut()))).is_ok() {
        println!("    no panic");
    }
    drop(future);
    finish();

    let cancelled = MOST_CANCELLED.min(pending);
    for polls in 0..=cancelled {
        println!("sync {polls}");
        cancel(program(), polls);
    }
    for polls in 0..=cancelled {
        println!("async {polls}");
        let pending = complete(&mut left(polls));
        finish();
        for second in some_of(pending) {
            println!("twice {polls} {second}");
            cancel(left(polls), second);
        }
    }
}

/// Runs a program in which some steps panic, each time others.
pub fn run_panicking<F: Future<Output = ()>>(program: impl Fn() -> F, runs: &[(&[usize], Ending)]) {
    drive_panicking(&|| Box::pin(program()), &|polls| Box::pin(leave(program(), polls)), runs);
}

fn drive_panicking<'a>(
    program: &dyn Fn() -> Boxed<'a>,
    left: &dyn Fn(usize) -> Boxed<'a>,
    runs: &[(&[usize], Ending)],
) {
    for (faults, ending) in runs {
        println!("{}", panics::title(faults, *ending));
        panics::run(faults, || {
            let mut future = match ending {
                Complete | Sync(_) => program(),
                Async(polls) | Twice(polls, _) => left(*polls),
            };
            match ending {
                Complete | Async(_) => {
                    complete(&mut future);
                    drop(future);
                    finish();
                }
                Sync(polls) | Twice(_, polls) => cancel(future, *polls),
            }
        });
    }
}

/// At most three of the numbers from one to `count`.
fn some_of(count: usize) -> BTreeSet<usize> {
    [1, count.div_ceil(2), count]
        .into_iter()
        .filter(|number| (1..=count).contains(number))
        .collect()
}

/// Polls, then drops where nothing can await.
fn cancel(mut future: Boxed<'_>, polls: usize) {
    for _ in 0..polls {
        match panics::caught(|| poll_traced(future.as_mut())) {
            Some(true) => println!("    ready too early"),
            Some(false) => {}
            None => {
                drop(future);
                return finish();
            }
        }
    }
    println!("  cancel");
    DROPPING.set(true);
    panics::caught(|| drop(future));
    DROPPING.set(false);
    finish();
}

/// Polls in an async body, then leaves the scope that the future is pinned in.
async fn leave<F: Future<Output = ()>>(future: F, polls: usize) {
    {
        let mut future = pin!(future);
        for _ in 0..polls {
            if poll_traced(future.as_mut()) {
                println!("    ready too early");
            }
        }
        println!("  leave");
    }
    println!("  left");
}

/// A panic of a step tells so, by its only hook. Other panics tell nothing.
pub fn set_hook() {
    panics::set_hook();
}

/// Runs the programs whose numbers are given as arguments, or all.
pub fn run_some(programs: &[(u64, fn())]) {
    set_hook();
    let chosen: Vec<u64> = std::env::args().skip(1).map(|n| n.parse().unwrap()).collect();
    for (number, program) in programs {
        if chosen.is_empty() || chosen.contains(number) {
            println!("program {number}");
            program();
        }
    }
}
