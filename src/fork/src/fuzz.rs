//! `fuzz`: the fuzzer in `src/fuzz`, built, and run with the stage 1 compiler.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bootstrap::Job;
use crate::build::build;
use crate::programs;
use crate::progress::Progress;
use crate::run;
use crate::summary::Summary;
use crate::sysroot;
use crate::test::finish;

/// The slice that every test run examines: always the same programs, some under valgrind.
const SLICE: [&str; 8] =
    ["--seed", "1", "--programs", "200", "--valgrind-share", "20", "--shrink", "1"];

/// Passing tests that are broken in so many ways, the same in every test run.
const MUTANTS: [&str; 4] = ["--seed", "1", "--mutate", "100"];

/// Becomes the fuzzer. Returns only if that fails.
pub fn fuzz(job: &Job, words: &[String]) -> Result<()> {
    let mut command = Command::new(programs::program(job, "fuzz")?);
    // With another compiler, the fork need not be built.
    let elsewhere = ["--toolchain", "--rustc", "--help", "-h", "--version", "-V"];
    let named = |word: &String| elsewhere.contains(&word.split('=').next().unwrap_or(word));
    if !words.iter().any(named) {
        let _lock = job.place.lock("fuzz")?;
        command.arg("--rustc").arg(sysroot::whole(job.place, job.pin)?.join("bin/rustc"));
    }
    command.arg("--repo").arg(&job.place.repo).args(words).arg0("./x.py fuzz");
    Err(command.exec()).context("the fuzzer cannot be run")
}

/// The fuzzer's own tests, a slice of programs, and some mutants of tests; each program counts as a
/// test. The caller holds the lock.
pub fn test(job: &Job) -> Result<Summary> {
    let mut total = programs::test(job, "fuzz")?;
    // The suites before this one may have left the sysroot without a library.
    build(job, 1, &[])?;
    let rustc = sysroot::whole(job.place, job.pin)?.join("bin/rustc");
    let program = programs::program(job, "fuzz")?;
    for (words, name) in [(&SLICE[..], "fuzz"), (&MUTANTS, "mutants")] {
        let mut command = Command::new(&program);
        command.arg("--rustc").arg(&rustc).arg("--repo").arg(&job.place.repo);
        command.args(words).arg("--no-save");
        let progress = Progress::new(format!("test {name}"));
        let log = run::new_log(&job.place.logs(), name)?;
        let mut slice = Slice::new(name);
        let ran = run::run(&mut command, log, job.verbose, &progress, &mut |line| {
            slice.line(line);
            line.strip_prefix("fuzz ").map(str::to_owned)
        })?;
        let again = format!("./x.py fuzz {}", words.join(" "));
        let what = format!("the slice of the fuzzer ({name})");
        total.add(&finish(progress, &ran, slice.summary, &what, &again)?);
    }
    Ok(total)
}

/// Reads the fuzzer's summary.
struct Slice {
    name: &'static str,
    summary: Summary,
    in_failures: bool,
}

impl Slice {
    fn new(name: &'static str) -> Self {
        Self { name, summary: Summary::default(), in_failures: false }
    }

    fn line(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("programs"), Some(count), None) => {
                self.summary.passed = count.parse().unwrap_or(0);
            }
            (Some("failed:"), None, None) => self.in_failures = true,
            (Some(name), Some(kind), _) if self.in_failures && line.starts_with("    ") => {
                if self.summary.failures.insert(format!("{} {name}: {kind}", self.name)) {
                    self.summary.failed += 1;
                    self.summary.passed = self.summary.passed.saturating_sub(1);
                }
            }
            _ => self.in_failures = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_the_summary_are_counted() {
        let text = "    1:4 no failure yet\nseed                            1\n\
                    programs                      200\nprograms per minute           150\n\
                    failed:\n    1:3                  crash           edition 2024\n    \
                    1:9                  leak            edition 2024\ndone\n";
        let mut slice = Slice::new("fuzz");
        text.lines().for_each(|line| slice.line(line));
        let summary = slice.summary;
        assert_eq!((summary.passed, summary.failed), (198, 2));
        assert_eq!(
            summary.failures.into_iter().collect::<Vec<_>>(),
            ["fuzz 1:3: crash", "fuzz 1:9: leak"]
        );
    }
}
