//! The trace of a program by the rules: an interpreter that shares no code with the compiler.
//!
//! It is an async function itself. Where a program suspends, the interpreter does, and when it is
//! resumed it looks whether its task was cancelled meanwhile. A cancellation then travels outwards
//! like a `return`, and each scope on its way drops what it holds.

mod calls;
mod drops;
mod eval;
mod owners;
mod patterns;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::task::Poll;

use self::drops::poll_once;
use self::value::{Boxed, Frame, Machine, Mode, Promise, Slot, Start, Task, Value};
use crate::{Edition, Program};

/// As in the runtime.
const MOST_POLLS: usize = 100;
const MOST_CANCELLED: usize = 10;

/// What all runs of the program print.
pub fn expected(program: &Program, edition: Edition) -> String {
    let (mut trace, pending) = complete(program, edition);
    let Some(pending) = pending else { return trace };
    let cancelled = MOST_CANCELLED.min(pending);
    for polls in 0..=cancelled {
        trace.push_str(&format!("sync {polls}\n"));
        trace.push_str(&sync(program, edition, polls));
    }
    for polls in 0..=cancelled {
        trace.push_str(&format!("async {polls}\n"));
        let (text, pending) = host(program, edition, polls, None);
        trace.push_str(&text);
        for second in some_of(pending) {
            trace.push_str(&format!("twice {polls} {second}\n"));
            trace.push_str(&host(program, edition, polls, Some(second)).0);
        }
    }
    trace
}

/// How often the program is pending before it completes, unless it needs too many polls.
pub fn pending_polls(program: &Program) -> Option<usize> {
    complete(program, Edition::E2024).1
}

/// At most three of the numbers from one to `count`.
fn some_of(count: usize) -> BTreeSet<usize> {
    [1, count.div_ceil(2), count]
        .into_iter()
        .filter(|number| (1..=count).contains(number))
        .collect()
}

/// A run of the program: its root future in a slot, and the task of who polls it.
struct Run<'p> {
    frame: Frame<'p>,
    root: Slot,
}

impl<'p> Run<'p> {
    fn new(program: &'p Program, edition: Edition) -> Run<'p> {
        let machine = Machine::new(program, edition);
        let root = Value::Future(Promise::Unstarted(Start::Function(0), Vec::new()));
        let root = machine.slot(Some(root));
        Run { frame: Frame::new(&machine, &Task::new(Mode::Running)), root }
    }

    /// Polls the root once.
    fn poll(&self) -> bool {
        self.frame.machine.print("  poll");
        self.frame.poll_slot(self.root).is_ready()
    }

    /// Drops the root where nothing can await.
    fn drop_sync(&self) {
        self.frame.task.mode.set(Mode::Sync);
        let dropped = poll_once(self.frame.drop_slot(self.root).as_mut());
        assert!(dropped.is_ready(), "a sync drop suspends");
    }

    fn finish(self) -> String {
        self.frame.machine.print("  alive 0");
        self.frame.machine.trace.take()
    }
}

fn complete(program: &Program, edition: Edition) -> (String, Option<usize>) {
    let run = Run::new(program, edition);
    run.frame.machine.print("complete");
    for pending in 0..MOST_POLLS {
        if run.poll() {
            run.frame.machine.print("  again");
            return (run.finish(), Some(pending));
        }
    }
    run.frame.machine.print("does not complete");
    (run.frame.machine.trace.take(), None)
}

fn sync(program: &Program, edition: Edition, polls: usize) -> String {
    let run = Run::new(program, edition);
    for _ in 0..polls {
        run.poll();
    }
    run.frame.machine.print("  cancel");
    run.drop_sync();
    run.finish()
}

/// An async body polls the program and leaves the scope that it is pinned in. The body is itself
/// dropped in a sync context after so many polls, if any. Also returns how often it was pending.
fn host(
    program: &Program,
    edition: Edition,
    polls: usize,
    second: Option<usize>,
) -> (String, usize) {
    let run = Rc::new(Run::new(program, edition));
    let body = run.clone();
    let mut host: Boxed<'_, ()> = Box::pin(async move {
        for _ in 0..polls {
            body.poll();
        }
        body.frame.machine.print("  leave");
        body.frame.drop_slot(body.root).await;
        if !body.frame.task.cancelled() {
            body.frame.machine.print("  left");
        }
    });
    let mut pending = 0;
    while second != Some(pending) {
        run.frame.machine.print("  poll");
        if let Poll::Ready(()) = poll_once(host.as_mut()) {
            break;
        }
        pending += 1;
        assert!(pending < MOST_POLLS, "a cancellation does not complete");
    }
    if second.is_some() {
        run.frame.machine.print("  cancel");
        run.frame.task.mode.set(Mode::Sync);
        assert!(poll_once(host.as_mut()).is_ready(), "a sync drop suspends");
    }
    drop(host);
    let Ok(run) = Rc::try_unwrap(run) else { unreachable!("the host holds the run") };
    (run.finish(), pending)
}
