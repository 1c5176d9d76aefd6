//! `crates`: crates that know nothing of async drop compile with the feature switched on for all of
//! them, and the compiler says no more of them than stock rustc does.
//!
//! cargo checks `tests/crates` three times: with the stock compiler, with the fork, and with the
//! fork and `-Zcrate-attr=feature(async_drop)`. Warnings of dependencies, which cargo hides, are
//! shown. An error or a warning of the fork's that stock does not give is a failure, unless
//! `known-messages.txt` has it; so is one that is there and is not given any more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bootstrap::{Job, step};
use crate::build::build;
use crate::demo::forget_other_compiler;
use crate::failure::fail;
use crate::host::stage0;
use crate::progress::Progress;
use crate::run;
use crate::summary::Summary;
use crate::sysroot;

/// The package whose dependencies are compiled.
pub const PACKAGE: &str = "tests/crates";

/// Dependencies may warn, and the feature says that it is incomplete in each crate.
const LINTS: &str = "--cap-lints warn";
const FEATURE: &str = "-Zcrate-attr=feature(async_drop) -Aincomplete_features";

/// Messages shown of a run.
const SHOWN: usize = 20;

/// Errors and warnings, each a line, and how often it was given.
type Messages = BTreeMap<String, usize>;

/// Compiles the crates. The stage 1 compiler is used where it stands, linked or not.
pub fn test(job: &Job) -> Result<Summary> {
    // The suites before this one may have left the sysroot without a library.
    build(job, 1, &[])?;
    let fork = sysroot::whole(job.place, job.pin)?.join("bin/rustc");
    let stock = stage0(job.pin)?.rustc;
    let target = job.place.keyed.join("crates");
    forget_other_compiler(job, &target)?;

    let list = job.place.repo.join(PACKAGE).join("known-messages.txt");
    let list =
        fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let known: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    let mut expected = Messages::new();
    let mut total = Summary::default();
    for (name, rustc, flags) in [
        ("stock", &stock, LINTS.to_owned()),
        ("off", &fork, LINTS.to_owned()),
        ("on", &fork, format!("{LINTS} {FEATURE}")),
    ] {
        let checked = check(job, name, rustc, &flags, &target.join(name))?;
        if name == "stock" {
            expected = checked.messages;
            continue;
        }
        let known = if name == "on" { &known[..] } else { &[] };
        let summary = compare(name, &expected, known, &checked);
        println!("crates, {name}: {summary}");
        total.add(&summary);
    }
    Ok(total)
}

/// What one run of cargo has said.
#[derive(Debug, Default)]
struct Checked {
    crates: u64,
    messages: Messages,
}

fn check(job: &Job, name: &str, rustc: &Path, flags: &str, target: &Path) -> Result<Checked> {
    let mut command = Command::new(stage0(job.pin)?.cargo);
    // Very verbose, or cargo shows no warnings of dependencies.
    command.args(["check", "--locked", "--keep-going", "-vv", "--message-format=short"]);
    command.arg("--manifest-path").arg(job.place.repo.join(PACKAGE).join("Cargo.toml"));
    for name in ["CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    for name in ["RUSTC_BOOTSTRAP", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER"] {
        command.env_remove(name);
    }
    command
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTC", rustc)
        .env("RUSTFLAGS", flags);
    let log = run::new_log(&job.place.logs(), "test-crates")?;
    let phase = format!("test crates, {name}");
    let progress = Progress::new(&phase);
    let mut checked = Checked::default();
    let ran = run::run(&mut command, log, job.verbose, &progress, &mut |line| {
        checked.line(line);
        step(line)
    })?;
    progress.clear();
    let is_about_crates = checked.messages.keys().any(|message| message.contains(": error"));
    if name == "stock" || !is_about_crates {
        ran.check(&phase, "./x.py test crates")?;
    }
    if checked.crates == 0 {
        return Err(fail(format!("{phase} has compiled nothing")).into());
    }
    Ok(checked)
}

impl Checked {
    /// Takes in a line of cargo's output.
    fn line(&mut self, line: &str) {
        let line = line.trim();
        if ["Checking ", "Compiling ", "Fresh "].iter().any(|word| line.starts_with(word)) {
            self.crates += 1;
        } else if is_message(line) {
            *self.messages.entry(line.to_owned()).or_default() += 1;
        }
    }
}

/// Whether a line is `FILE:LINE:COLUMN: warning: …`, or an error in place of a warning. That a crate
/// uses an unstable feature is the doing of the flag.
fn is_message(line: &str) -> bool {
    if line.starts_with("<crate attribute>") {
        return false;
    }
    [": warning", ": error"].into_iter().any(|kind| {
        line.split_once(kind).is_some_and(|(place, text)| {
            place.ends_with(|c: char| c.is_ascii_digit()) && text.starts_with([':', '['])
        })
    })
}

/// Prints the messages that stock does not give and that are not known, and those that are known and
/// were not given. Counts the crates.
fn compare(name: &str, expected: &Messages, known: &[&str], checked: &Checked) -> Summary {
    let mut summary = Summary::default();
    summary.passed = checked.crates;
    let is_new = |(message, count): &(&String, &usize)| {
        **count > expected.get(*message).copied().unwrap_or_default()
    };
    let new = || checked.messages.iter().filter(is_new).map(|(message, _)| message.as_str());
    let is_known = |message: &&str| known.iter().any(|known| message.ends_with(known));
    let is_gone = |known: &&&str| !new().any(|message| message.ends_with(**known));
    let unknown: Vec<_> = new().filter(|message| !is_known(message)).collect();
    let gone: Vec<_> = known.iter().filter(is_gone).collect();
    unknown.iter().take(SHOWN).for_each(|message| eprintln!("{message}"));
    if unknown.len() > SHOWN {
        eprintln!("and {} more", unknown.len() - SHOWN);
    }
    gone.iter().for_each(|message| eprintln!("known, but not given: {message}"));
    for (count, what) in [(unknown.len(), "new"), (gone.len(), "known but not given")] {
        if count > 0 {
            summary.failed += count as u64;
            summary.failures.insert(format!("crates: feature {name}: {count} messages {what}"));
        }
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(lines: &[&str]) -> Checked {
        let mut checked = Checked::default();
        lines.iter().for_each(|line| checked.line(line));
        checked
    }

    #[test]
    fn a_message_is_new_if_stock_does_not_give_it_as_often() {
        let stock = checked(&["   Checking a v1.0.0", "src/lib.rs:3:7: warning: unused"]);
        let same = compare("on", &stock.messages, &[], &stock);
        assert_eq!((same.passed, same.failed), (1, 0));
        let fork = checked(&[
            "   Compiling b v1.0.0",
            "   Checking a v1.0.0",
            "src/lib.rs:3:7: warning: unused",
            "src/lib.rs:3:7: warning: unused",
            "src/lib.rs:9:1: error[E0277]: not `Send`",
        ]);
        let other = compare("on", &stock.messages, &[], &fork);
        assert_eq!((other.passed, other.failed), (2, 2));
        let known = ["lib.rs:9:1: error[E0277]: not `Send`", "other.rs:1:1: warning: gone"];
        let other = compare("on", &stock.messages, &known, &fork);
        assert_eq!((other.passed, other.failed), (2, 2));
    }

    #[test]
    fn only_messages_about_a_place_count() {
        assert!(is_message("src/lib.rs:9:1: error: no"));
        assert!(!is_message("warning: `a` (lib) generated 1 warning"));
        assert!(!is_message("Running `rustc --cap-lints warn`: error"));
    }
}
