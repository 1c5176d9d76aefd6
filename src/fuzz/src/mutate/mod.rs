//! Breaks programs that compile, and sees how the compiler takes it: with a message, or because the
//! program is still good, with code; not with a panic of its own, and not without end.
//!
//! The programs are the passing tests of `tests/ui/async-drop`. Each is changed at one to three
//! places (`change.rs`), and compiled down to an object file with the lints switched on. It is not
//! run.

mod change;
mod tokens;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

use crate::campaign::in_threads;
use crate::child::{Stop, Stopped};
use crate::cli::Options;
use crate::compile::{Compiler, Taken};
use change::Random;

/// The folder of the tests, in the checkout.
const TESTS: &str = "tests/ui/async-drop";

/// A test that passes.
#[derive(Debug)]
struct Test {
    /// Its path in the folder.
    path: PathBuf,
    source: String,
    edition: String,
}

/// A test that was changed.
#[derive(Debug)]
struct Mutant<'a> {
    test: &'a Test,
    source: String,
    changes: Vec<String>,
}

/// What came of the mutants so far.
#[derive(Debug, Default)]
struct Tally {
    programs: u64,
    accepted: u64,
    rejected: u64,
    /// By index: what the compiler did, and the mutant in words.
    failed: BTreeMap<u64, (&'static str, String)>,
}

/// Examines `count` mutants, or one of them. Returns whether all were taken well.
pub fn run(
    options: &Options,
    seed: u64,
    count: u64,
    compiler: &Compiler,
    stop: &Stop,
    scratch: &Path,
) -> Result<bool> {
    let folder = options.repo.join(TESTS);
    let tests = passing_tests(&folder)?;
    if tests.is_empty() {
        bail!("there are no passing tests in {}", folder.display());
    }
    if let Some(name) = options.only {
        let mutant = mutant(&tests, name.seed, name.index);
        println!("{}\n// {}", mutant.source, described(&mutant));
        copy_auxiliaries(&folder, scratch)?;
        let (taken, said) = examine(&mutant, compiler, scratch, stop)?;
        println!("{said}{}", taken.name());
        return Ok(taken.is_well());
    }
    let tally = Mutex::new(Tally::default());
    let next = AtomicU64::new(0);
    let results = in_threads(options.jobs(), |worker| -> Result<()> {
        let scratch = scratch.join(format!("mutants-{worker}"));
        copy_auxiliaries(&folder, &scratch)?;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count || stop.is_set() {
                return Ok(());
            }
            let mutant = mutant(&tests, seed, index);
            let (taken, said) = examine(&mutant, compiler, &scratch, stop)?;
            let mut tally = tally.lock().expect("no holder panics");
            tally.add(index, taken, &mutant);
            if !taken.is_well() {
                eprintln!(
                    "{seed}:{index} {}: {}\n{}",
                    taken.name(),
                    described(&mutant),
                    end(&said)
                );
            } else if tally.programs.is_multiple_of(100) {
                eprintln!("fuzz {} of {count} mutants", tally.programs);
            }
        }
    })?;
    let tally = tally.into_inner().expect("no holder panics");
    print!("{}", tally.summary(seed, &compiler.version));
    match results.into_iter().find_map(Result::err) {
        Some(err) if !err.is::<Stopped>() => Err(err),
        _ => Ok(tally.failed.is_empty() && !stop.is_set()),
    }
}

/// The tests whose first lines say that they compile, and that need no other crate.
fn passing_tests(folder: &Path) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for path in files(folder)? {
        let is_test = path.extension().is_some_and(|extension| extension == "rs")
            && !path.components().any(|part| part.as_os_str() == "auxiliary");
        if !is_test {
            continue;
        }
        let source =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let says = |words: &str| source.lines().any(|line| line.starts_with(words));
        let passes = ["//@ run-pass", "//@ check-pass", "//@ build-pass"].into_iter().any(says);
        if !passes || says("//@ aux-") || says("//@ revisions") {
            continue;
        }
        let edition = source.lines().find_map(|line| line.strip_prefix("//@ edition:"));
        let edition = edition.unwrap_or("2015").trim().to_owned();
        let path = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        tests.push(Test { path, source, edition });
    }
    Ok(tests)
}

/// The files below a folder, in an order that does not depend on the machine.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).with_context(read)?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.with_context(read)?.path();
        if path.is_dir() {
            paths.extend(files(&path)?);
        } else {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The modules that tests share, at the same places.
fn copy_auxiliaries(folder: &Path, scratch: &Path) -> Result<()> {
    for path in files(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        let target = scratch.join(name);
        let parent = target.parent().context("a file is in a folder")?;
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        if name.components().any(|part| part.as_os_str() == "auxiliary") {
            fs::copy(&path, &target)
                .with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// The mutant of this seed and index.
fn mutant(tests: &[Test], seed: u64, index: u64) -> Mutant<'_> {
    let mut random = Random::new(seed, index);
    let test = &tests[random.below(tests.len())];
    let mut mutant = Mutant { test, source: test.source.clone(), changes: Vec::new() };
    let wanted = 1 + random.below(3);
    // A kind of change that a program has no place for is left out.
    for _ in 0..20 {
        if mutant.changes.len() == wanted {
            break;
        }
        if let Some((source, said)) = change::change(&mutant.source, &mut random)
            && source != mutant.source
        {
            mutant.source = source;
            mutant.changes.push(said);
        }
    }
    mutant
}

fn described(mutant: &Mutant<'_>) -> String {
    format!("{}: {}", mutant.test.path.display(), mutant.changes.join("; "))
}

fn examine(
    mutant: &Mutant<'_>,
    compiler: &Compiler,
    scratch: &Path,
    stop: &Stop,
) -> Result<(Taken, String)> {
    // Beside the modules that it shares with other tests.
    let path = scratch.join(&mutant.test.path).with_file_name("mutant.rs");
    fs::write(&path, &mutant.source).with_context(|| format!("cannot write {}", path.display()))?;
    compiler.take(&path, &mutant.test.edition, scratch, stop)
}

/// The last lines of what the compiler said, where it says why it stopped.
fn end(said: &str) -> String {
    let interesting = |line: &&str| {
        ["panicked at", "internal compiler error", "query stack", "#", "broken MIR"]
            .iter()
            .any(|words| line.contains(words))
    };
    let lines: Vec<&str> = said.lines().filter(interesting).take(8).collect();
    lines.join("\n")
}

impl Tally {
    fn add(&mut self, index: u64, taken: Taken, mutant: &Mutant<'_>) {
        self.programs += 1;
        match taken {
            Taken::Accepted => self.accepted += 1,
            Taken::Rejected => self.rejected += 1,
            Taken::Ice | Taken::Hang => {
                self.failed.insert(index, (taken.name(), described(mutant)));
            }
        }
    }

    fn summary(&self, seed: u64, compiler: &str) -> String {
        let mut text = String::new();
        let rows = [
            ("seed", seed),
            ("programs", self.programs),
            ("accepted", self.accepted),
            ("rejected", self.rejected),
            ("failed", self.failed.len() as u64),
        ];
        for (name, value) in rows {
            let _ = writeln!(text, "{name:<20} {value:>12}");
        }
        let _ = writeln!(text, "compiler             {compiler}");
        if !self.failed.is_empty() {
            text.push_str("failed:\n");
        }
        for (index, (kind, said)) in &self.failed {
            let name = format!("{seed}:{index}");
            let _ = writeln!(text, "    {name:<20} {kind:<15} {said}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::tests::fake;

    fn repo(tests: &[(&str, &str)]) -> tempfile::TempDir {
        let repo = tempfile::tempdir().unwrap();
        for (name, text) in tests {
            let path = repo.path().join(TESTS).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        repo
    }

    const PASSES: &str = "//@ edition: 2024\n//@ run-pass\nfn main() { let x = (1, 2); }\n";

    #[test]
    fn only_passing_tests_are_changed() {
        let repo = repo(&[
            ("passes.rs", PASSES),
            ("deeper/passes.rs", PASSES),
            ("fails.rs", "fn main() { let x: u8 = (); }\n"),
            ("other-crate.rs", &format!("//@ aux-build: other.rs\n{PASSES}")),
            ("auxiliary/support.rs", PASSES),
            ("passes.run.stdout", "//@ run-pass\n"),
        ]);
        let tests = passing_tests(&repo.path().join(TESTS)).unwrap();
        let paths: Vec<_> = tests.iter().map(|test| test.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["deeper/passes.rs", "passes.rs"]);
        assert_eq!(tests[0].edition, "2024");
        assert!((0..50).all(|index| !mutant(&tests, 1, index).changes.is_empty()));
    }

    fn taken(script: &str) -> bool {
        let repo = repo(&[("passes.rs", PASSES), ("auxiliary/support.rs", "")]);
        let compiler = fake(repo.path(), script);
        let words = ["fuzz", "--rustc", "rustc", "--jobs", "1", "--repo"];
        let mut options = <Options as clap::Parser>::parse_from(
            words.into_iter().chain([repo.path().to_str().unwrap()]),
        );
        options.mutate = Some(3);
        let scratch = tempfile::tempdir().unwrap();
        run(&options, 1, 3, &compiler, &Stop::default(), scratch.path()).unwrap()
    }

    #[test]
    fn a_message_is_well_and_a_panic_is_not() {
        assert!(taken("exit 0"));
        assert!(taken("echo 'error: expected `;`' >&2; exit 1"));
        assert!(taken("[ -e ${in%mutant.rs}auxiliary/support.rs ] || kill -SEGV $$"));
        assert!(!taken("echo 'error: internal compiler error: x' >&2; exit 101"));
        assert!(!taken("kill -SEGV $$"));
    }
}
