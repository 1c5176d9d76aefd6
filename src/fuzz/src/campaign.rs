//! The loop: batches of programs for as long as the run lasts, then the failing ones made small.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use asyncdrop_fuzz::{Edition, Program, Runs, Unwind, expected, generate, plans};

use crate::child::{Stop, Stopped};
use crate::cli::Options;
use crate::compile::{Compiler, Setting};
use crate::examine::{Finding, Lab, Stage, Subject};
use crate::report::{Failure, Progress, Summary, Tally};
use crate::verdict::Kind;

/// Stack of a worker: the generator and the oracle recurse as programs nest.
pub const STACK: usize = 256 << 20;

/// A run that has ended.
#[derive(Debug)]
pub struct Outcome {
    pub summary: Summary,
    pub findings: Vec<Finding>,
    /// Why it ended early, if it could not go on.
    pub error: Option<anyhow::Error>,
}

/// What the workers share.
struct Campaign<'a> {
    options: &'a Options,
    seed: u64,
    compiler: &'a Compiler,
    stop: &'a Stop,
    deadline: Option<Instant>,
    next: AtomicU64,
    progress: &'a Progress,
    found: Mutex<(Tally, Vec<Finding>)>,
}

/// Examines programs until a bound is reached or `stop` is set.
pub fn run(
    options: &Options,
    seed: u64,
    compiler: &Compiler,
    stop: &Stop,
    scratch: &Path,
) -> Result<Outcome> {
    let end = Some(options.end()).filter(|end| *end != u64::MAX);
    let progress = Progress::new(end);
    let minutes = options.minutes.map(|minutes| Duration::try_from_secs_f64(minutes * 60.0));
    let minutes = minutes.transpose().context("--minutes is out of range")?;
    let campaign = Campaign {
        options,
        seed,
        compiler,
        stop,
        deadline: minutes.map(|minutes| Instant::now() + minutes),
        next: AtomicU64::new(0),
        progress: &progress,
        found: Mutex::default(),
    };
    let results = in_threads(options.jobs(), |worker| {
        let folder = scratch.join(format!("worker-{worker}"));
        let result = campaign.work(&folder);
        if result.is_err() {
            // There is no use in going on with fewer.
            stop.set();
        }
        result
    })?;
    progress.clear();
    let mut errors = results.into_iter().filter_map(Result::err);
    let error = errors.find(|err| !err.is::<Stopped>());
    let (tally, findings) = campaign.found.into_inner().expect("no worker panicked");
    let summary = Summary {
        seed,
        compiler: compiler.version.clone(),
        opt_levels: options.opt_levels.iter().map(ToString::to_string).collect(),
        seconds: progress.elapsed().as_secs_f64(),
        interrupted: stop.is_set(),
        tally,
    };
    Ok(Outcome { summary, findings, error })
}

/// Runs `work` in so many threads with deep stacks.
pub fn in_threads<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let work = &work;
        let threads = (0..count).map(|worker| {
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(worker))
        });
        let threads: Vec<_> = threads.collect::<std::io::Result<_>>()?;
        let results = threads.into_iter().map(|thread| thread.join());
        results.map(|result| result.map_err(|panic| anyhow::anyhow!(said(&*panic)))).collect()
    })
}

impl Campaign<'_> {
    fn work(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let lab = Lab::new(self.compiler, folder, self.stop);
        while !self.stop.is_set() && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
        {
            let batch = self.next.fetch_add(1, Ordering::Relaxed);
            let indices = indices(batch, self.options.batch, self.options.end());
            if indices.is_empty() {
                break;
            }
            let (tally, findings) = self.batch(&lab, batch, &indices)?;
            let mut found = self.found.lock().expect("no worker panicks here");
            found.0.add(tally);
            found.1.extend(findings);
            self.progress.update(&found.0);
        }
        Ok(())
    }

    fn batch(&self, lab: &Lab, batch: u64, indices: &[u64]) -> Result<(Tally, Vec<Finding>)> {
        let edition = edition(indices[0]);
        let levels = &self.options.opt_levels;
        let mut findings = Vec::new();
        let mut subjects = Vec::new();
        for index in indices {
            let panics = is_chosen(*index, self.options.panics);
            match make(self.seed, *index, edition, self.compiler.unwind, panics) {
                Ok(subject) => subjects.push(subject),
                Err(seen) => findings.push(Finding {
                    index: *index,
                    kind: Kind::FuzzerPanic,
                    edition,
                    opt_level: levels[0],
                    stage: Stage::Running,
                    seen,
                }),
            }
        }
        let mut tally = Tally { programs: indices.len() as u64, ..Tally::default() };
        // One kind of batches follows the other.
        let of_valgrind = usize::try_from(batch / KINDS).unwrap_or(0) % levels.len();
        for (n, opt_level) in levels.iter().enumerate() {
            let failed = |index| findings.iter().any(|f: &Finding| f.index == index);
            let left: Vec<&Subject> = subjects.iter().filter(|s| !failed(s.index)).collect();
            if left.is_empty() {
                break;
            }
            let share = self.options.valgrind_share;
            let chosen = |index| n == of_valgrind && is_chosen(index, share);
            let setting = Setting { edition, opt_level: *opt_level };
            let found = lab.examine(&left, setting, &chosen)?;
            let compiled = |subject: &&&Subject| {
                let stage = |f: &Finding| f.index == subject.index && f.stage == Stage::Compiling;
                !found.iter().any(stage)
            };
            tally.runs += left.iter().filter(compiled).map(|s| runs(&s.expected)).sum::<u64>();
            let ran_well = |subject: &&&Subject| {
                let fault = |f: &Finding| f.index == subject.index && f.stage != Stage::Valgrind;
                !found.iter().any(fault)
            };
            tally.valgrind +=
                left.iter().filter(ran_well).filter(|s| chosen(s.index)).count() as u64;
            findings.extend(found);
        }
        for finding in &findings {
            self.progress.say(&format!("{}:{} {}", self.seed, finding.index, finding.kind));
        }
        tally.failures = findings.iter().map(Failure::of).collect();
        Ok((tally, findings))
    }
}

/// The edition a program is compiled with: index by index, so that it does not depend on how
/// programs are batched.
pub fn edition(index: u64) -> Edition {
    if index.is_multiple_of(2) { Edition::E2021 } else { Edition::E2024 }
}

/// Kinds of batches, in turn: of either edition, and of programs with a part in a library or
/// without one.
const KINDS: u64 = 4;

/// The programs of a batch, which are of one kind. Those of a batch of each kind are a row.
fn indices(batch: u64, size: u64, end: u64) -> Vec<u64> {
    let first = (batch / KINDS).saturating_mul(KINDS * size);
    let index = |n| first.saturating_add(KINDS * n + batch % KINDS);
    (0..size).map(index).take_while(|i| *i < end).collect()
}

/// Whether a program is one of `share` in a hundred, which are spread evenly over all kinds.
pub fn is_chosen(index: u64, share: u64) -> bool {
    let n = index / KINDS % 100;
    (n + 1) * share / 100 > n * share / 100
}

/// How many runs a trace has. Each ends by naming the values that are alive.
fn runs(trace: &str) -> u64 {
    trace.lines().filter(|line| line.trim_start().starts_with("alive")).count() as u64
}

/// How many steps of a program panic, one in each run.
const FAULTS: usize = 6;

/// A program and its trace, or what a panic of the generator or the oracle said.
pub fn make(
    seed: u64,
    index: u64,
    edition: Edition,
    unwind: Unwind,
    panics: bool,
) -> Result<Subject, String> {
    let made = catch_unwind(|| {
        let program = generate(seed, index).program();
        let panicking = if panics { plans(&program, edition, unwind, FAULTS) } else { Vec::new() };
        (program, Runs { unwind, plain: true, panicking })
    });
    let (program, runs) = made.map_err(|err| said(&*err))?;
    let expected = predict(&program, edition, &runs)?;
    Ok(Subject { index, program, runs, expected })
}

/// The oracle's trace, or what its panic said.
pub fn predict(program: &Program, edition: Edition, runs: &Runs) -> Result<String, String> {
    catch_unwind(AssertUnwindSafe(|| expected(program, edition, runs))).map_err(|err| said(&*err))
}

/// The words of a panic.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without words")
        .to_owned()
}

/// Some findings of every kind there is, each program once.
pub fn choose(findings: &[Finding], count: usize) -> Vec<&Finding> {
    let mut kinds: BTreeMap<Kind, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        kinds.entry(finding.kind).or_default().push(finding);
    }
    kinds.values_mut().for_each(|of_kind| of_kind.sort_by_key(|finding| finding.index));
    let longest = kinds.values().map(Vec::len).max().unwrap_or(0);
    let rows = (0..longest).flat_map(|n| kinds.values().filter_map(move |of_kind| of_kind.get(n)));
    let mut chosen: Vec<&Finding> = Vec::new();
    for finding in rows {
        if chosen.len() < count && chosen.iter().all(|other| other.index != finding.index) {
            chosen.push(finding);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use asyncdrop_fuzz::is_split;

    use super::*;

    #[test]
    fn batches_hold_every_program_once_and_one_kind_each() {
        for (size, end) in [(50, 200), (50, 1), (7, 100), (1, 3)] {
            let batches = (0..).map(|batch| indices(batch, size, end));
            let batches: Vec<_> = batches.take_while(|batch| !batch.is_empty()).collect();
            let kind = |index: u64| (edition(index), is_split(index));
            assert!(batches.iter().all(|batch| batch.iter().all(|i| kind(*i) == kind(batch[0]))));
            let mut all: Vec<u64> = batches.concat();
            all.sort_unstable();
            assert_eq!(all, (0..end).collect::<Vec<_>>());
        }
        assert_eq!(indices(5, 3, u64::MAX), [13, 17, 21]);
    }

    #[test]
    fn a_share_is_spread_over_all_kinds() {
        for share in [0, 1, 10, 20, 33, 100] {
            let chosen = |kind| {
                (0..100 * KINDS).filter(|i| i % KINDS == kind && is_chosen(*i, share)).count()
            };
            assert_eq!([0, 1, 2, 3].map(chosen), [usize::try_from(share).unwrap(); 4]);
        }
    }

    #[test]
    fn each_kind_of_failure_gets_its_turn() {
        let finding = |index, kind| Finding {
            index,
            kind,
            edition: Edition::E2021,
            opt_level: "0".parse().unwrap(),
            stage: Stage::Running,
            seen: String::new(),
        };
        let findings = [
            finding(9, Kind::Mismatch),
            finding(2, Kind::Mismatch),
            finding(5, Kind::Mismatch),
            finding(7, Kind::Crash),
            finding(7, Kind::Leak),
        ];
        let chosen =
            |count| choose(&findings, count).iter().map(|f| (f.index, f.kind)).collect::<Vec<_>>();
        assert_eq!(chosen(2), [(2, Kind::Mismatch), (7, Kind::Leak)]);
        assert_eq!(chosen(9).len(), 4);
        assert_eq!(chosen(9)[2..], [(5, Kind::Mismatch), (9, Kind::Mismatch)]);
    }

    #[test]
    fn runs_are_counted_by_their_ends() {
        assert_eq!(runs("complete\n  new 0\n  alive 0\nsync 0\n  alive 0\n"), 2);
    }
}
