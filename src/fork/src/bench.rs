//! `bench`: what async drop costs, measured by the program in `src/bench` with the stage 1 compiler.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bootstrap::Job;
use crate::programs;
use crate::sysroot;

/// Becomes that program. Returns only if that fails.
pub fn bench(job: &Job, words: &[String]) -> Result<()> {
    let mut command = Command::new(programs::program(job, "bench")?);
    // Then the fork need not be built.
    let elsewhere = ["--rustc", "--list", "--help", "-h", "--version", "-V"];
    let named = |word: &String| elsewhere.contains(&word.split('=').next().unwrap_or(word));
    if !words.iter().any(named) {
        let _lock = job.place.lock("bench")?;
        command.arg("--rustc").arg(sysroot::whole(job.place, job.pin)?.join("bin/rustc"));
    }
    command.arg("--repo").arg(&job.place.repo).args(words).arg0("./x.py bench");
    Err(command.exec()).context("the program in src/bench cannot be run")
}
