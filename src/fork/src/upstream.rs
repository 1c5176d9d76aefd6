//! Any other word: upstream's bootstrap, with its output as it is.

use std::process::ExitCode;

use anyhow::Result;

use crate::bootstrap::Job;
use crate::failure::fail;
use crate::setup::For;

/// Prepares the tree and hands `words` to bootstrap. The caller holds the lock.
pub fn hand_over(job: &Job, words: &[String]) -> Result<ExitCode> {
    job.ready(For::Building)?;
    let mut all = words.to_vec();
    let config = ["--config".to_owned(), job.place.bootstrap_toml().display().to_string()];
    all.splice(1.min(all.len()).., config.into_iter().chain(words.iter().skip(1).cloned()));
    let status = job.command(&all).status()?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(fail(format!("upstream's `x.py {}` failed ({status})", words.join(" "))).into())
}
