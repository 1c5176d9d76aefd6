//! Many tasks that wait while each holds what the shape holds: the memory that this takes. `PROGRAM TASKS`.

use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Waker};

use crate::harness::{allocated, closed_so_far, set_pending};

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4096
}

pub fn main<F: Future<Output = ()> + 'static>(make: fn() -> F, sum: u64) -> ExitCode {
    let count: u64 =
        std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("a number of tasks");
    set_pending(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut tasks: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::with_capacity(count as usize);
    tasks.push(Box::pin(std::future::ready(())));
    tasks.clear();
    let before = (allocated(), resident());
    for _ in 0..count {
        let mut task = Box::pin(make());
        assert!(task.as_mut().poll(&mut context).is_pending(), "the shape does not wait");
        tasks.push(task);
    }
    let after = (allocated(), resident());
    for task in &mut tasks {
        while task.as_mut().poll(&mut context).is_pending() {}
    }
    if closed_so_far() != sum * count {
        eprintln!("{} of {} awaited", closed_so_far(), sum * count);
        return ExitCode::FAILURE;
    }
    // Not the pages of the vector, which are touched as it grows.
    println!(
        "{{\"allocated\": {}, \"resident\": {}}}",
        after.0 - before.0,
        after.1 - before.1 - count * size_of::<Pin<Box<dyn Future<Output = ()>>>>() as u64
    );
    ExitCode::SUCCESS
}
