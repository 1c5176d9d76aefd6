//! Calls upstream's own bootstrap in the prepared tree.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::host::check_disk;
use crate::pin::Pin;
use crate::place::Place;
use crate::prepare::prepare;
use crate::progress::Progress;
use crate::run::{self, Ran};
use crate::setup;

/// What every verb that builds needs to know.
#[derive(Debug)]
pub struct Job<'a> {
    pub place: &'a Place,
    pub pin: &'a Pin,
    pub source: Option<&'a Path>,
    pub verbose: bool,
}

/// Variables that would make bootstrap build something else than its configuration says.
const CLEANED: [&str; 16] = [
    "CARGO",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "MAKEFLAGS",
    "RUSTC",
    "RUSTC_LOG",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "RUST_BOOTSTRAP_CONFIG",
];

impl Job<'_> {
    /// Checks tools and disk, then prepares the tree. The caller holds the lock.
    pub fn ready(&self, level: setup::For) -> Result<()> {
        check_disk(self.place, self.pin)?;
        setup::ensure(self.pin, level)?;
        prepare(self.place, self.pin, self.source).map(drop)
    }

    /// Bootstrap with `words`, in an environment that its configuration decides.
    pub fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new("python3");
        command.current_dir(self.place.tree()).arg("x.py").args(words);
        for name in CLEANED {
            command.env_remove(name);
        }
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Runs bootstrap with `words` under a phase; `each` sees every line.
    pub fn bootstrap(
        &self,
        phase: &str,
        words: &[&str],
        each: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Result<(Ran, Progress)> {
        let log = run::new_log(&self.place.logs(), words.first().unwrap_or(&"bootstrap"))?;
        let mut all = vec![words.first().map_or(String::new(), ToString::to_string)];
        all.extend(["--config".to_owned(), self.place.bootstrap_toml().display().to_string()]);
        all.extend(words.iter().skip(1).map(ToString::to_string));
        let progress = Progress::new(phase);
        let mut command = self.command(&all);
        let ran = run::run(&mut command, log, self.verbose, &progress, &mut |line| {
            each(line).or_else(|| step(line))
        })?;
        Ok((ran, progress))
    }
}

/// What a line of cargo's or bootstrap's says about the current step.
pub fn step(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let telling = [
        "Compiling",
        "Checking",
        "Building",
        "Documenting",
        "Downloading",
        "Downloaded",
        "Testing",
        "Finished",
    ];
    telling.contains(&word).then(|| line.split(" (/").next().unwrap_or(line).trim().to_owned())
}
