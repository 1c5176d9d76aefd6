//! What each shape is measured with. The root of the program is made by `./x.py bench`: it has this file as the module
//! `harness`, a file of `strategies/` as `guard`, and one of `shapes/` as `shape`.
//!
//! `PROGRAM MODE [RUNS [timed]]` polls the shape's future to its end, and prints what that took. In the mode `ready`,
//! everything that is awaited is ready at once, and in the mode `pending` it is pending once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// A future that is polled more often never ends.
const POLLS: u64 = 100_000;

/// How often each `Pause` is pending.
static PENDING: AtomicU32 = AtomicU32::new(0);

/// What the numbers of the guards that were closed add up to.
static CLOSED: AtomicU64 = AtomicU64::new(0);

pub fn closed(number: u64) {
    CLOSED.fetch_add(number, Ordering::Relaxed);
}

pub fn closed_so_far() -> u64 {
    CLOSED.load(Ordering::Relaxed)
}

pub fn set_pending(times: u32) {
    PENDING.store(times, Ordering::Relaxed);
}

/// What bodies and closes wait for.
pub struct Pause(u32);

pub fn pause() -> Pause {
    Pause(PENDING.load(Ordering::Relaxed))
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future once, whether it ends or not.
pub struct PollOnce<'a, F>(pub Pin<&'a mut F>);

impl<F: Future> Future for PollOnce<'_, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let _ = self.0.as_mut().poll(context);
        Poll::Ready(())
    }
}

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(layout.size() as u64, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that were asked for.
pub fn allocated() -> u64 {
    BYTES.load(Ordering::Relaxed)
}

/// Polls to the end, and says how often. The one function whose instructions are counted.
///
/// It polls like an executor, through a pointer: or else LLVM takes what is awaited into this loop, and away with the
/// states of the future, which no real task can hope for.
#[inline(never)]
fn measured<F: Future<Output = ()>>(make: fn() -> F) -> u64 {
    let mut future = pin!(make());
    let mut context = Context::from_waker(Waker::noop());
    let poll: fn(Pin<&mut F>, &mut Context<'_>) -> Poll<()> = black_box(F::poll);
    let mut polls = 1;
    while poll(future.as_mut(), &mut context).is_pending() {
        polls += 1;
        assert!(polls <= POLLS, "it never ends");
    }
    polls
}

/// The functions of a future: what an executor calls, and what drops it in sync code.
pub fn functions<F: Future<Output = ()>>(_: fn() -> F) -> (usize, usize) {
    let poll: fn(Pin<&mut F>, &mut Context<'_>) -> Poll<()> = F::poll;
    let drop: unsafe fn(*mut F) = std::ptr::drop_in_place::<F>;
    (poll as usize, drop as usize)
}

pub fn main<F: Future<Output = ()>>(make: fn() -> F, sum: u64) -> ExitCode {
    main_on(make, sum, &|| measured(make))
}

/// `run` makes the future, polls it to its end, and says how often. A runtime says 0.
pub fn main_on<F: Future<Output = ()>>(
    make: fn() -> F,
    sum: u64,
    run: &dyn Fn() -> u64,
) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    set_pending(u32::from(words.first().is_some_and(|mode| mode == "pending")));
    let runs = words.get(1).map_or(1, |word| word.parse().expect("a number of runs"));
    let (mut polls, mut allocations) = (0, 0);
    for _ in 0..runs {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        polls = run();
        allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    }
    let closed = closed_so_far();
    if closed != sum * runs {
        eprintln!("{closed} of {} awaited", sum * runs);
        return ExitCode::FAILURE;
    }
    // What would take long under valgrind.
    let picoseconds = if words.get(2).is_some() { fastest(run) } else { 0 };
    let size = size_of_val(&*std::mem::ManuallyDrop::new(make()));
    println!(
        "{{\"polls\": {polls}, \"allocations\": {allocations}, \"size\": {size}, \
         \"picoseconds\": {picoseconds}}}"
    );
    ExitCode::SUCCESS
}

/// Picoseconds for a run, in the fastest of many batches.
fn fastest(run: &dyn Fn() -> u64) -> u64 {
    const RUNS: u32 = 100;
    let batch = || {
        let start = Instant::now();
        for _ in 0..RUNS {
            black_box(run());
        }
        start.elapsed()
    };
    let fastest = (0..50).map(|_| batch()).min().unwrap_or_default();
    (fastest.as_nanos() * 1000 / u128::from(RUNS)) as u64
}
