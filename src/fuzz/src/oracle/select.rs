//! Chooses the runs in which a program panics.

use super::runs::{Performed, cancelled_after, perform, some_of};
use crate::plan::{Ending, Plan};
use crate::{Edition, Program, Unwind};

/// Runs in which the program panics at about `most` of its steps, in the middle of whose unwinding
/// it may be cancelled, or panic again; and some in which it panics while it is cancelled.
pub fn plans(program: &Program, edition: Edition, unwind: Unwind, most: usize) -> Vec<Plan> {
    let mut chosen = Chosen { program, edition, unwind, plans: Vec::new() };
    let whole = chosen.perform(&[], Ending::Complete);
    let Some(pending) = whole.pending else { return Vec::new() };
    for step in spread(1, whole.steps, most) {
        if let Some(run) = chosen.add(&[step], Ending::Complete) {
            chosen.add_cancellations(step, &run);
            chosen.add_second_panic(step, Ending::Complete, &run);
        }
    }
    let few = most.div_ceil(4);
    for polls in spread(0, *cancelled_after(pending).end(), few) {
        for ending in [Ending::Sync(polls), Ending::Async(polls)] {
            let run = chosen.perform(&[], ending);
            for step in spread(run.steps_before_drop + 1, run.steps, few) {
                let Some(run) = chosen.add(&[step], ending) else { continue };
                chosen.add_second_panic(step, ending, &run);
                if let (Ending::Async(_), Some(pending)) = (ending, run.pending) {
                    let second = some_of(pending).into_iter().nth(step % 3);
                    second.map(|second| chosen.add(&[step], Ending::Twice(polls, second)));
                }
            }
        }
    }
    chosen.plans
}

/// At most so many of the numbers, at even distances.
fn spread(first: usize, last: usize, most: usize) -> Vec<usize> {
    let count = (last + 1).saturating_sub(first);
    let most = most.min(count);
    // The middle of each part.
    (0..most).map(|n| first + (2 * n + 1) * count / (2 * most)).collect()
}

struct Chosen<'p> {
    program: &'p Program,
    edition: Edition,
    unwind: Unwind,
    plans: Vec<Plan>,
}

impl Chosen<'_> {
    fn perform(&self, faults: &[usize], ending: Ending) -> Performed {
        let plan = Plan { faults: faults.to_vec(), ending };
        perform(self.program, self.edition, self.unwind, &plan)
    }

    /// Adds a run, if the rules say what it does.
    fn add(&mut self, faults: &[usize], ending: Ending) -> Option<Performed> {
        let run = self.perform(faults, ending);
        if run.unknown || !run.trace.contains("    panic ") {
            return None;
        }
        let plan = Plan { faults: faults.to_vec(), ending };
        if !self.plans.contains(&plan) {
            self.plans.push(plan);
        }
        Some(run)
    }

    /// Cancels it while its destructors are awaited, in the one way or the other.
    fn add_cancellations(&mut self, step: usize, run: &Performed) {
        let (mut polls, mut begin) = (0, 0);
        for line in run.trace.lines() {
            polls += usize::from(line == "  poll");
            if line.starts_with("    panic ") {
                begin = polls;
            }
        }
        let suspended = polls - begin;
        if suspended == 0 {
            return;
        }
        let polls = begin + step % suspended;
        if step.is_multiple_of(3) {
            self.add(&[step], Ending::Sync(polls));
            return;
        }
        let run = self.add(&[step], Ending::Async(polls));
        if let Some(pending) = run.and_then(|run| run.pending) {
            let second = some_of(pending).into_iter().nth(step % 3);
            second.map(|second| self.add(&[step], Ending::Twice(polls, second)));
        }
    }

    /// Panics once more while the panic unwinds, which aborts. That costs a process.
    fn add_second_panic(&mut self, step: usize, ending: Ending, run: &Performed) {
        let steps = &run.steps_panicking;
        if step.is_multiple_of(4) && !steps.is_empty() {
            self.add(&[step, steps[step / 4 % steps.len()]], ending);
        }
    }
}
