//! Polls the future of `async_drop_in_place` until it unwinds, and leaves the rest to a crate that
//! knows no `std`.
extern crate without_std;

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use without_std::{Dropping, Guard, Guards, drop_here, dropping, poll_here};

static LOG: Mutex<Vec<(u32, bool)>> = Mutex::new(Vec::new());
static PAYLOADS: AtomicUsize = AtomicUsize::new(0);

struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        PAYLOADS.fetch_add(1, Ordering::Relaxed);
    }
}

fn note(number: u32, is_awaited: bool) {
    LOG.lock().unwrap().push((number, is_awaited));
}

fn panic(number: u32, is_awaited: bool) {
    note(number, is_awaited);
    resume_unwind(Box::new(Payload));
}

fn panic_with_message(number: u32, is_awaited: bool) {
    note(number, is_awaited);
    panic_any(format!("panic {number}"));
}

/// Polls the drop of three guards, of which the first panics, until the second is pending.
fn until_it_unwinds(functions: [fn(u32, bool); 3]) -> Pin<Box<ManuallyDrop<Dropping>>> {
    let [one, two, three] = functions;
    let guards =
        Box::leak(Box::new(ManuallyDrop::new((Guard(1, one), Guard(2, two), Guard(3, three)))));
    let guards: *mut Guards = &mut **guards;
    let mut future = Box::pin(ManuallyDrop::new(unsafe { dropping(guards) }));
    let context = &mut Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert!(inner(&mut future).poll(context).is_pending());
    }
    assert_eq!(take_log(), [(1, true)]);
    future
}

fn inner(future: &mut Pin<Box<ManuallyDrop<Dropping>>>) -> Pin<&mut Dropping> {
    unsafe { future.as_mut().map_unchecked_mut(|future| &mut **future) }
}

fn take_log() -> Vec<(u32, bool)> {
    std::mem::take(&mut LOG.lock().unwrap())
}

fn poll_to_the_end(future: &mut Pin<Box<ManuallyDrop<Dropping>>>) -> Poll<()> {
    let context = &mut Context::from_waker(Waker::noop());
    assert!(poll_here(inner(future), context).is_pending());
    poll_here(inner(future), context)
}

fn main() {
    if std::env::args().len() > 1 {
        // Ends the process.
        let mut future = until_it_unwinds([panic_with_message, panic_with_message, note]);
        let _ = poll_to_the_end(&mut future);
        return;
    }

    let mut future = until_it_unwinds([panic, note, note]);
    let caught = catch_unwind(AssertUnwindSafe(|| poll_to_the_end(&mut future)));
    assert_eq!(take_log(), [(2, true), (3, true)]);
    assert!(!std::thread::panicking());
    assert!(caught.unwrap_err().is::<Payload>());
    assert_eq!(PAYLOADS.load(Ordering::Relaxed), 1);

    let mut future = until_it_unwinds([panic, note, note]);
    unsafe { drop_here(&raw mut *inner(&mut future).get_unchecked_mut()) };
    assert_eq!(take_log(), [(2, false), (3, false)]);
    assert!(!std::thread::panicking());
    assert_eq!(PAYLOADS.load(Ordering::Relaxed), 2);
}
