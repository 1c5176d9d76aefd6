//! The driver of the fuzzer: makes programs, compiles and runs them, compares what they print with
//! the oracle's traces, and turns what fails into tests.

mod campaign;
mod child;
mod cli;
mod compile;
mod examine;
mod execute;
mod mutate;
mod only;
mod report;
mod save;
mod shrink;
mod verdict;

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use clap::Parser;

use child::{Stop, Stopped};
use cli::{Options, UnwindMode};
use compile::Compiler;
use examine::{Finding, Lab};
use shrink::Shrunk;

/// Failing programs that are made small, unless the command line says how many.
const SHRINK: usize = 5;

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    match fuzz(&Options::parse()) {
        Ok(code) => code,
        Err(err) if err.is::<Stopped>() => ExitCode::from(INTERRUPTED),
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz(options: &Options) -> Result<ExitCode> {
    let mut compiler = match (&options.toolchain, &options.rustc) {
        (Some(name), _) => Compiler::find(name)?,
        (None, Some(rustc)) => Compiler::new(rustc.clone(), false)?,
        (None, None) => bail!("no compiler is named: --rustc PATH or --toolchain NAME"),
    };
    if let Some(UnwindMode(unwind)) = options.unwind {
        compiler = compiler.unwinding(unwind)?;
    }
    if options.valgrind_share > 0 && !execute::has_valgrind() {
        bail!("valgrind cannot be run: ./x.py setup, or --valgrind-share 0");
    }
    let stop = Stop::default();
    let handler = stop.clone();
    ctrlc::set_handler(move || handler.set()).context("cannot take Ctrl-C")?;
    let scratch = tempfile::tempdir().context("there is no folder for scratch files")?;
    let scratch = scratch.path();
    let seed =
        options.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish() % 1_000_000_000);
    if let Some(count) = options.mutate {
        eprintln!("fuzz: seed {seed}, {}", compiler.version);
        let well = mutate::run(options, seed, count, &compiler, &stop, scratch)?;
        return Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if let Some(name) = options.only {
        let run = |_| only::only(options, name, &compiler, &stop, scratch);
        let findings = campaign::in_threads(1, run)?.pop().context("there is one thread")??;
        shrink_some(options, name.seed, &findings, options.shrink.unwrap_or(0), &|finding| {
            shrink::shrink(&Lab::new(&compiler, scratch, &stop), name.seed, finding)
        })?;
        return Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    eprintln!("fuzz: seed {seed}, {}", compiler.version);
    let outcome = campaign::run(options, seed, &compiler, &stop, scratch)?;
    let count = if stop.is_set() { 0 } else { options.shrink.unwrap_or(SHRINK) };
    let shrunk = shrink_some(options, seed, &outcome.findings, count, &|finding| {
        let folder = scratch.join(format!("shrink-{}", finding.index));
        std::fs::create_dir_all(&folder)?;
        shrink::shrink(&Lab::new(&compiler, &folder, &stop), seed, finding)
    });
    print!("{}", outcome.summary);
    if let Some(path) = &options.json {
        outcome.summary.write(path)?;
    }
    if let Some(err) = outcome.error {
        return Err(err);
    }
    match shrunk {
        Err(err) if !err.is::<Stopped>() => return Err(err),
        _ => {}
    }
    Ok(if !outcome.summary.tally.failures.is_empty() {
        ExitCode::FAILURE
    } else if outcome.summary.interrupted {
        ExitCode::from(INTERRUPTED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Shrinks some of the findings and saves or prints what comes out.
fn shrink_some(
    options: &Options,
    seed: u64,
    findings: &[Finding],
    count: usize,
    shrink: &(dyn Fn(&Finding) -> Result<Option<Shrunk>> + Sync),
) -> Result<()> {
    let chosen = campaign::choose(findings, count);
    if chosen.is_empty() {
        return Ok(());
    }
    eprintln!("fuzz: shrinking {} of {} failures", chosen.len(), findings.len());
    let jobs = options.jobs().min(chosen.len());
    let queue = Mutex::new(VecDeque::from(chosen));
    let results = campaign::in_threads(jobs, |_| -> Result<()> {
        loop {
            let Some(finding) = queue.lock().expect("no holder panics").pop_front() else {
                return Ok(());
            };
            let shrunk = catch_unwind(AssertUnwindSafe(|| shrink(finding)));
            let name = format!("{seed}:{}", finding.index);
            match shrunk {
                Ok(Ok(Some(shrunk))) => keep(options, seed, &shrunk)?,
                Ok(Ok(None)) => eprintln!("fuzz: {name} is well when it is alone"),
                Ok(Err(err)) => return Err(err),
                Err(panic) => {
                    eprintln!("fuzz: {name} cannot be shrunk: {}", campaign::said(&*panic));
                }
            }
        }
    })?;
    results.into_iter().find(Result::is_err).unwrap_or(Ok(()))
}

/// Saves a small failing program as a test, or prints it.
fn keep(options: &Options, seed: u64, shrunk: &Shrunk) -> Result<()> {
    let finding = &shrunk.finding;
    let said = format!(
        "{seed}:{} ({}) in {} compiles: {}",
        finding.index,
        finding.kind,
        shrunk.compiles,
        shrunk.program.describe()
    );
    // A test of another compiler's faults says nothing about this one.
    if !options.no_save && options.toolchain.is_none() && finding.kind.of_compiler() {
        let path = save::save(seed, shrunk, &options.repo)?;
        let path = path.strip_prefix(&options.repo).map(Path::to_owned).unwrap_or(path);
        println!("saved {}: {said}", path.display());
    } else {
        println!("shrunk {said}");
        save::show(&save::test(seed, shrunk, &options.repo));
        println!("{}", only::difference(&shrunk.expected, finding));
    }
    Ok(())
}
