//! Steps that panic: which of them do, and what becomes of the panics.

use std::cell::Cell;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// No step has this number.
const NEVER: usize = usize::MAX;

/// How a run ends, unless it panics first.
#[derive(Clone, Copy)]
pub enum Ending {
    /// It is polled until it is ready.
    Complete,
    /// After so many polls it is dropped where nothing can await.
    Sync(usize),
    /// After so many polls an async body leaves the scope that it is pinned in.
    Async(usize),
    /// As `Async`, and the async body is dropped after so many polls of its own.
    Twice(usize, usize),
}

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static FAULTS: Cell<[usize; 2]> = const { Cell::new([NEVER; 2]) };
}

/// A step, which panics if it is one of those that are to.
pub fn step() {
    let step = STEPS.get() + 1;
    STEPS.set(step);
    if FAULTS.get().contains(&step) {
        panic!("step {step}");
    }
}

/// The line by which a run begins.
pub fn title(faults: &[usize], ending: Ending) -> String {
    let faults: String = faults.iter().map(|fault| format!("{fault} ")).collect();
    let ending = match ending {
        Ending::Complete => "complete".to_owned(),
        Ending::Sync(polls) => format!("sync {polls}"),
        Ending::Async(polls) => format!("async {polls}"),
        Ending::Twice(polls, second) => format!("twice {polls} {second}"),
    };
    format!("panics {faults}{ending}")
}

/// Runs something in which these steps panic. A second panic aborts, so that it is for a child.
pub fn run(faults: &[usize], body: impl FnOnce()) {
    let body = || {
        STEPS.set(0);
        FAULTS.set([0, 1].map(|n| faults.get(n).copied().unwrap_or(NEVER)));
        body();
        FAULTS.set([NEVER; 2]);
    };
    match faults {
        [_, _] => in_child(faults, body),
        _ => body(),
    }
}

/// What it returns, or nothing if it panics, which is told. The thread must not panic after that.
pub fn caught<T>(body: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(body));
    if std::thread::panicking() {
        println!("    still panicking");
    }
    match result {
        Ok(value) => Some(value),
        Err(payload) => {
            match payload.downcast_ref::<String>().and_then(|text| text.strip_prefix("step ")) {
                Some(step) => println!("  caught {step}"),
                None => println!("    another payload"),
            }
            None
        }
    }
}

pub fn set_hook() {
    std::panic::set_hook(Box::new(|info| {
        if let Some(step) = info.payload_as_str().and_then(|text| text.strip_prefix("step ")) {
            println!("    panic {step}");
            if FAULTS.get()[1] == step.parse().unwrap_or(0) {
                silence();
            }
        }
    }));
}

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(child: i32, status: &mut i32, options: i32) -> i32;
    fn pipe(ends: &mut [i32; 2]) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
    fn close(fd: i32) -> i32;
    fn open(path: *const i8, flags: i32) -> i32;
    fn _exit(code: i32) -> !;
}

/// How far a process gets between its second panic and its end is not told.
fn silence() {
    unsafe {
        let null = open(c"/dev/null".as_ptr().cast(), 1);
        dup2(null, 1);
    }
}

/// The exit code of a child that survives.
const SURVIVED: i32 = 7;

fn in_child(faults: &[usize], body: impl FnOnce()) {
    unsafe {
        let mut ends = [0; 2];
        pipe(&mut ends);
        let child = fork();
        if child == 0 {
            dup2(ends[1], 2);
            close(ends[0]);
            body();
            _exit(SURVIVED);
        }
        close(ends[1]);
        let mut said = String::new();
        let _ = std::fs::File::from_raw_fd(ends[0]).read_to_string(&mut said);
        // Where no destructor is awaited, Rust aborts in other words, and names none.
        let names = |fault: &usize| {
            said.contains(&format!("panic: step {fault}"))
                || said.contains(&format!("destructor: step {fault}"))
        };
        if said.contains("while a panic was being unwound") && !faults.iter().all(names) {
            println!("    not both panics are named");
        }
        let mut status = 0;
        waitpid(child, &mut status, 0);
        match status & 0x7f {
            6 => println!("  aborted"),
            0 => println!("  exit {}", status >> 8),
            signal => println!("  signal {signal}"),
        }
    }
}
