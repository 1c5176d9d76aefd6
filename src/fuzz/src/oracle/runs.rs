//! The ways in which a program is run.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::task::Poll;

use super::drops::poll_once;
use super::value::{
    Aborted, Boxed, Dropped, Exit, Frame, Machine, Mode, Outcome, Promise, Slot, Start, Task, Value,
};
use crate::plan::{Ending, Plan, Runs};
use crate::{Edition, Program, Unwind};

/// As in the runtime.
const MOST_POLLS: usize = 1_000;
const MOST_CANCELLED: usize = 10;

/// What the runs of the program print.
pub fn expected(program: &Program, edition: Edition, runs: &Runs) -> String {
    let mut trace = String::new();
    let mut add = |plan: &Plan| {
        let run = perform(program, edition, runs.unwind, plan);
        trace.push_str(&run.trace);
        run.pending
    };
    if runs.plain
        && let Some(pending) = add(&Plan { faults: Vec::new(), ending: Ending::Complete })
    {
        let mut add = |ending| add(&Plan { faults: Vec::new(), ending }).unwrap_or(0);
        for polls in cancelled_after(pending) {
            add(Ending::Sync(polls));
        }
        for polls in cancelled_after(pending) {
            for second in some_of(add(Ending::Async(polls))) {
                add(Ending::Twice(polls, second));
            }
        }
    }
    for plan in &runs.panicking {
        add(plan);
    }
    trace
}

/// How often the program is pending before it completes, unless it needs too many polls.
pub fn pending_polls(program: &Program) -> Option<usize> {
    let plan = Plan { faults: Vec::new(), ending: Ending::Complete };
    perform(program, Edition::E2024, Unwind::Await, &plan).pending
}

/// After how many polls a program is cancelled that is pending so often.
pub fn cancelled_after(pending: usize) -> std::ops::RangeInclusive<usize> {
    0..=MOST_CANCELLED.min(pending)
}

/// At most three of the numbers from one to `count`.
pub fn some_of(count: usize) -> BTreeSet<usize> {
    [1, count.div_ceil(2), count]
        .into_iter()
        .filter(|number| (1..=count).contains(number))
        .collect()
}

/// A run that has ended.
pub struct Performed {
    /// What it prints, after a line that names it.
    pub trace: String,
    /// How often it was pending, unless it was dropped or needs too many polls.
    pub pending: Option<usize>,
    /// How many steps it has, and how many of them were before it was dropped.
    pub steps: usize,
    pub steps_before_drop: usize,
    /// The steps while a panic unwinds.
    pub steps_panicking: Vec<usize>,
    /// The rules do not say what happens.
    pub unknown: bool,
}

/// Runs a program.
pub fn perform(program: &Program, edition: Edition, unwind: Unwind, plan: &Plan) -> Performed {
    let run = Rc::new(Run::new(program, edition, unwind, &plan.faults));
    let machine = &run.frame.machine;
    machine.print(&plan.to_string());
    let pending = match catch_unwind(AssertUnwindSafe(|| run.perform(plan.ending))) {
        Ok(pending) => pending,
        Err(payload) if payload.is::<Aborted>() => {
            machine.print("  aborted");
            None
        }
        Err(payload) => resume_unwind(payload),
    };
    Performed {
        trace: machine.trace.take(),
        pending,
        steps: machine.steps.get(),
        steps_before_drop: run.before_drop.get(),
        steps_panicking: machine.steps_panicking.take(),
        unknown: machine.unknown.get(),
    }
}

/// A run of the program: its root future in a slot, and the task of who polls it.
struct Run<'p> {
    frame: Frame<'p>,
    root: Slot,
    before_drop: std::cell::Cell<usize>,
    panics: bool,
}

impl<'p> Run<'p> {
    fn new(program: &'p Program, edition: Edition, unwind: Unwind, faults: &[usize]) -> Run<'p> {
        let faults = faults.to_vec();
        let panics = !faults.is_empty();
        let machine = Rc::new(Machine { unwind, faults, ..Machine::new(program, edition) });
        let root = Value::Future(Promise::Unstarted(Start::Function(0), Vec::new()));
        let root = machine.slot(Some(root));
        let frame = Frame::new(&machine, &Task::new(Mode::Running));
        Run { frame, root, before_drop: std::cell::Cell::new(0), panics }
    }

    fn print(&self, line: &str) {
        self.frame.machine.print(line);
    }

    /// How often it was pending, if it was polled until it was ready.
    fn perform(self: &Rc<Self>, ending: Ending) -> Option<usize> {
        let poll = || self.poll();
        let pending = match ending {
            Ending::Complete => {
                let Some(pending) = self.complete(poll) else {
                    self.print("does not complete");
                    return None;
                };
                if !self.panics {
                    self.print("  again");
                }
                Some(pending)
            }
            Ending::Sync(polls) => {
                self.cancel(poll, polls, || poll_once(self.frame.drop_slot(self.root).as_mut()));
                None
            }
            Ending::Async(polls) => {
                let mut host = self.host(polls);
                self.complete(|| self.poll_host(&mut host))
            }
            Ending::Twice(polls, second) => {
                let host = std::cell::RefCell::new(self.host(polls));
                let dropped = || match poll_once(host.borrow_mut().as_mut()) {
                    Poll::Ready(Err(Exit::Panic(panic))) => Poll::Ready(Err(panic)),
                    poll => poll.map(|_| Ok(())),
                };
                self.cancel(|| self.poll_host(&mut host.borrow_mut()), second, dropped);
                None
            }
        };
        self.print("  alive 0");
        pending
    }

    /// Polls the root once.
    fn poll(&self) -> Poll<Outcome<'p>> {
        self.print("  poll");
        self.frame.poll_slot(self.root)
    }

    fn poll_host(&self, host: &mut Boxed<'_, Outcome<'p>>) -> Poll<Outcome<'p>> {
        self.print("  poll");
        self.frame.machine.poll_task(&self.frame.task, host.as_mut())
    }

    /// Tells of a panic that comes out. The thread then does not panic any more.
    fn caught(&self, outcome: &Outcome<'p>) -> bool {
        let Err(Exit::Panic(panic)) = outcome else { return false };
        self.print(&format!("  caught {}", panic.step));
        self.frame.machine.panicking.set(false);
        true
    }

    /// Polls until it is ready or panics. How often it was pending.
    fn complete(&self, mut poll: impl FnMut() -> Poll<Outcome<'p>>) -> Option<usize> {
        for pending in 0..MOST_POLLS {
            if let Poll::Ready(outcome) = poll() {
                self.caught(&outcome);
                return Some(pending);
            }
        }
        None
    }

    /// Polls so often, and drops it then, unless it panics first.
    fn cancel(
        &self,
        mut poll: impl FnMut() -> Poll<Outcome<'p>>,
        polls: usize,
        dropped: impl FnOnce() -> Poll<Dropped>,
    ) {
        for _ in 0..polls {
            if let Poll::Ready(outcome) = poll()
                && self.caught(&outcome)
            {
                return;
            }
        }
        self.print("  cancel");
        self.before_drop.set(self.frame.machine.steps.get());
        self.frame.machine.dropping.set(true);
        self.frame.task.cancel_sync();
        match dropped() {
            Poll::Ready(dropped) => {
                self.caught(&dropped.map(|()| Value::Unit).map_err(Exit::Panic));
            }
            Poll::Pending => unreachable!("a sync drop suspends"),
        }
    }

    /// An async body polls the program and leaves the scope that it is pinned in.
    fn host(self: &Rc<Self>, polls: usize) -> Boxed<'p, Outcome<'p>> {
        let run = self.clone();
        Box::pin(async move {
            for _ in 0..polls {
                if let Poll::Ready(Err(exit)) = run.poll() {
                    return Err(exit);
                }
            }
            run.print("  leave");
            run.before_drop.set(run.frame.machine.steps.get());
            let dropped = run.frame.drop_slot(run.root).await;
            let value = run.frame.after(dropped, Ok(Value::Unit)).await?;
            run.print("  left");
            Ok(value)
        })
    }
}
