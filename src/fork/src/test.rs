//! `test`: the tool's own tests, our compiletest suites, the same under valgrind, the examples' own
//! tests, and those of upstream's suites that drops and coroutines touch.

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::bootstrap::Job;
use crate::build::build;
use crate::cli;
use crate::crates;
use crate::examples;
use crate::failure::report;
use crate::fuzz;
use crate::git::Git;
use crate::host::stage0;
use crate::overlay;
use crate::prepare::prepared;
use crate::programs;
use crate::progress::Progress;
use crate::run;
use crate::same_mir;
use crate::setup::For;
use crate::suites::{self, Suite};
use crate::summary::{Summary, tidy_failures};

/// The one check of tidy's that cannot pass here: it compares upstream's lock file with a list, and
/// cargo takes the workspace members that the source lacks out of that file.
const TIDY_EXPECTED: [&str; 1] = ["deps"];

/// The tests that also run under valgrind.
const VALGRIND_PATH: &str = "tests/ui/async-drop";

/// One step of a test run.
#[derive(Debug)]
enum Step {
    Fork,
    Tidy,
    Suite(Suite),
    /// Our run-pass tests, each program under valgrind.
    Valgrind,
    /// The tests of the programs in `examples/`.
    Examples,
    /// The fuzzer's own tests, and some programs of it.
    Fuzz,
    /// The tests of `src/bench`, which measure nothing.
    Bench,
    /// MIR of real crates, compared with the stock compiler's.
    SameMir,
    /// Messages about real crates with the feature, compared with the stock compiler's.
    Crates,
    /// All of `tests/ui`, compared with the recorded failures.
    Full,
}

/// Runs what was asked for and prints the sum as the last line. The caller holds the lock.
pub fn test(job: &Job, args: &cli::Test) -> Result<ExitCode> {
    if args.suites != ["fork"] {
        job.ready(For::Testing)?;
    }
    let mut total = Summary::default();
    let steps = steps(job, args)?;
    let mut ran = steps.iter().map(|step| (step.name(), run_step(job, step, args.bless)));
    let broken = ran.find_map(|(name, result)| match result {
        Ok(summary) => {
            total.add(&summary);
            None
        }
        Err(err) => Some((name, err)),
    });
    // Bootstrap makes the sysroot anew for some suites, and leaves it without a library. What is
    // linked has to work afterwards.
    let uses_sysroot = |step: &Step| {
        use Step::{Bench, Crates, Examples, Fork, Fuzz, SameMir, Tidy};
        !matches!(step, Fork | Tidy | Examples | Fuzz | Bench | SameMir | Crates)
    };
    if steps.iter().any(uses_sysroot)
        && let Err(err) = build(job, 1, &[])
    {
        report(&err);
    }
    if let Some((name, err)) = broken {
        report(&err);
        total.failed += 1;
        total.failures.insert(format!("{name} could not be run"));
    }
    if args.bless {
        bring_back(job)?;
    }
    if !total.failures.is_empty() {
        println!("failed:");
        total.failures.iter().for_each(|name| println!("    {name}"));
    }
    println!("{total}");
    Ok(if total.failed == 0 && total.ran() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn steps(job: &Job, args: &cli::Test) -> Result<Vec<Step>> {
    let (repo, tree) = (&job.place.repo, job.place.tree());
    let mut steps = Vec::new();
    for word in &args.suites {
        match word.as_str() {
            "fork" => steps.push(Step::Fork),
            "tidy" => steps.push(Step::Tidy),
            "valgrind" => steps.push(Step::Valgrind),
            "examples" => steps.push(Step::Examples),
            "fuzz" => steps.push(Step::Fuzz),
            "bench" => steps.push(Step::Bench),
            "same-mir" => steps.push(Step::SameMir),
            "crates" => steps.push(Step::Crates),
            "ours" => steps.extend(suites::ours(&tree).into_iter().map(Step::Suite)),
            word => {
                match suites::upstream(repo, &tree)?.into_iter().find(|suite| suite.name == word) {
                    Some(suite) => steps.push(Step::Suite(suite)),
                    None => steps.push(Step::Suite(suites::named(word, repo, &tree)?)),
                }
            }
        }
    }
    if steps.is_empty() {
        steps.push(Step::Fork);
        steps.extend(suites::ours(&tree).into_iter().map(Step::Suite));
        if tree.join(VALGRIND_PATH).is_dir() {
            steps.push(Step::Valgrind);
        }
        if repo.join("examples").is_dir() {
            steps.push(Step::Examples);
        }
        if repo.join("src/fuzz").is_dir() {
            steps.push(Step::Fuzz);
        }
        if repo.join("src/bench").is_dir() {
            steps.push(Step::Bench);
        }
        if repo.join(same_mir::PACKAGE).is_dir() {
            steps.push(Step::SameMir);
        }
        if repo.join(crates::PACKAGE).is_dir() {
            steps.push(Step::Crates);
        }
        let all_ui = |suite: &Suite| suite.paths.keys().all(|path| path.starts_with("tests/ui/"));
        let upstream = suites::upstream(repo, &tree)?.into_iter();
        steps.extend(upstream.filter(|suite| !(args.full && all_ui(suite))).map(Step::Suite));
    }
    if args.full {
        steps.push(Step::Full);
    }
    Ok(steps)
}

impl Step {
    fn name(&self) -> &str {
        match self {
            Self::Fork => "fork",
            Self::Tidy => "tidy",
            Self::Suite(suite) => &suite.name,
            Self::Valgrind => "valgrind",
            Self::Examples => "examples",
            Self::Fuzz => "fuzz",
            Self::Bench => "bench",
            Self::SameMir => "same-mir",
            Self::Crates => "crates",
            Self::Full => "tests/ui",
        }
    }
}

fn run_step(job: &Job, step: &Step, bless: bool) -> Result<Summary> {
    match step {
        Step::Fork => fork(job),
        Step::Tidy => tidy(job),
        Step::Suite(suite) => compiletest(job, suite, bless),
        Step::Valgrind => valgrind(job),
        Step::Examples => examples::test(job),
        Step::Fuzz => fuzz::test(job),
        Step::Bench => programs::test(job, "bench"),
        Step::SameMir => same_mir::test(job),
        Step::Crates => crates::test(job),
        Step::Full => full(job),
    }
}

/// The tests of the tool itself.
fn fork(job: &Job) -> Result<Summary> {
    let log = run::new_log(&job.place.logs(), "test-fork")?;
    let progress = Progress::new("test fork");
    let mut summary = Summary::default();
    let mut command = Command::new("cargo");
    command
        .args(["test", "--release", "--locked", "--manifest-path"])
        .arg(job.place.repo.join("src/fork/Cargo.toml"));
    command.arg("--target-dir").arg(job.place.root.join("tool"));
    for name in ["ASYNCDROP_REPO", "ASYNCDROP_CACHE", "ASYNCDROP_BUILD_DIR", "RUST_SOURCE"] {
        command.env_remove(name);
    }
    let ran = run::run(&mut command, log, job.verbose, &progress, &mut |line| summary.line(line))?;
    finish(progress, &ran, summary, "the tool's own tests", "./x.py test fork")
}

/// One call of upstream's compiletest.
fn compiletest(job: &Job, suite: &Suite, bless: bool) -> Result<Summary> {
    let mut words = vec!["test", "--stage", "1", "--no-fail-fast", "--force-rerun"];
    if suite.ours && !suite.paths.keys().all(|path| path.starts_with("tests/run-make/")) {
        words.push("--compiletest-rustc-args=-Zvalidate-mir");
    }
    if bless && suite.ours {
        // To compiletest itself: bootstrap's own flag would have mir-opt tests blessed for targets
        // that cannot be built here.
        words.push("--test-args=--bless");
    }
    let selected = if suite.ours { by_whole_path(suite) } else { paths(suite) };
    words.extend(selected.iter().map(String::as_str));
    let mut summary = Summary::default();
    let phase = format!("test {}", suite.name);
    let (ran, progress) = job.bootstrap(&phase, &words, &mut |line| summary.line(line))?;
    finish(progress, &ran, summary, &phase, &format!("./x.py test {}", suite.name))
}

/// Our run-pass tests once more, each program under valgrind: an invalid access or a block that is
/// definitely lost fails the test.
fn valgrind(job: &Job) -> Result<Summary> {
    let runner = format!(
        "target.{}.runner=\"valgrind --quiet --error-exitcode=9 --leak-check=full \
         --errors-for-leak-kinds=definite\"",
        stage0(job.pin)?.host
    );
    let words = ["test", "--stage", "1", "--no-fail-fast", "--force-rerun"];
    let filter = format!("--test-args={VALGRIND_PATH}/");
    let words = [&words[..], &["--set", &runner, "tests/ui", &filter]].concat();
    let mut summary = Summary::default();
    let (ran, progress) = job.bootstrap("test valgrind", &words, &mut |line| summary.line(line))?;
    finish(progress, &ran, summary, "our tests under valgrind", "./x.py test valgrind")
}

fn paths(suite: &Suite) -> Vec<String> {
    suite.paths.keys().cloned().collect()
}

/// Selects the tests of a suite and no others: bootstrap takes what follows `tests/ui` in a path as
/// a part of a name, and `async-drop` is a part of the names of tests of upstream's too.
fn by_whole_path(suite: &Suite) -> Vec<String> {
    let kind = |path: &String| path.split('/').take(2).collect::<Vec<_>>().join("/");
    let kinds: BTreeSet<String> = suite.paths.keys().map(kind).collect();
    let filters = suite.paths.keys().map(|path| {
        let end = if path.ends_with(".rs") { "" } else { "/" };
        format!("--test-args={path}{end}")
    });
    kinds.into_iter().chain(filters).collect()
}

/// All of `tests/ui`. What the list has as failing counts as skipped; what it has and passes counts
/// as failed, so that the list stays true.
fn full(job: &Job) -> Result<Summary> {
    let known = suites::known_failures(&job.place.repo)?;
    let suite = Suite {
        name: "tests/ui".to_owned(),
        paths: [("tests/ui".to_owned(), String::new())].into(),
        ours: false,
    };
    let mut summary = compiletest(job, &suite, false)?;
    for known in known {
        if summary.failures.remove(&known.name) {
            summary.failed -= 1;
            summary.skipped += 1;
        } else {
            summary.failed += 1;
            summary
                .failures
                .insert(format!("{}, which the list has as failing: {}", known.name, known.reason));
        }
    }
    Ok(summary)
}

/// Upstream's style checks, except the one that cannot pass here.
fn tidy(job: &Job) -> Result<Summary> {
    let mut failed = None;
    // With this flag bootstrap leaves out its formatting check, which wants a nightly rustfmt.
    let words = ["test", "tidy", "--json-output"];
    let (ran, progress) = job.bootstrap("test tidy", &words, &mut |line| {
        failed = tidy_failures(line).or(failed.take());
        None
    })?;
    let mut summary = Summary::default();
    let checks = failed.unwrap_or_default();
    if ran.status.success() || !checks.is_empty() {
        let unexpected = checks.iter().filter(|check| !TIDY_EXPECTED.contains(&check.as_str()));
        summary.failures = unexpected.map(|check| format!("tidy: {check}")).collect();
        summary.failed = summary.failures.len() as u64;
        summary.passed = u64::from(summary.failed == 0);
    }
    if summary.passed == 1 {
        progress.done("passed");
        return Ok(summary);
    }
    finish(progress, &ran, summary, "tidy", "./x.py test tidy")
}

/// A run with failed tests is a result; a run that failed for another reason is an error.
pub fn finish(
    progress: Progress,
    ran: &run::Ran,
    summary: Summary,
    what: &str,
    next: &str,
) -> Result<Summary> {
    progress.clear();
    if !ran.status.success() && summary.failed == 0 {
        return Err(ran.failure(what, next));
    }
    if summary.failed > 0 {
        report(&ran.failure(what, next));
    }
    progress.done(&summary.to_string());
    Ok(summary)
}

/// Copies blessed files into the checkout.
fn bring_back(job: &Job) -> Result<()> {
    let (mut state, _) = prepared(job.place)?;
    for path in overlay::bring_back(job.place, job.pin, &Git::of(job.place), &mut state)? {
        println!("copied {path} into the checkout");
    }
    state.write(job.place)
}
