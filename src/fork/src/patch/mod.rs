//! `patch`: the series as commits in the prepared tree, and as files in `patches/`.

mod check;
mod commits;
mod edit;
mod export;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::bootstrap::Job;
use crate::cli::PatchVerb;
use crate::failure::fail;
use crate::prepare::prepared;

/// Runs one patch verb. The caller holds the lock.
pub fn patch(job: &Job, verb: &PatchVerb) -> Result<ExitCode> {
    match verb {
        PatchVerb::New { name, paths, header } => {
            prepared(job.place)?;
            edit::new(job, name, paths, header)?;
        }
        PatchVerb::Edit { name, paths, header } => {
            prepared(job.place)?;
            edit::edit(job, name, paths, header)?;
        }
        PatchVerb::Export => {
            prepared(job.place)?;
            export::export(job)?;
        }
        PatchVerb::Check => {
            let faults = check::faults(job)?;
            if !faults.is_empty() {
                for fault in &faults {
                    println!("{fault}");
                }
                bail!(
                    fail(format!("the patch series has {} faults", faults.len()))
                        .next("./x.py patch export")
                );
            }
            println!("the patch series is in order");
        }
        PatchVerb::List => check::list(job.place)?,
    }
    Ok(ExitCode::SUCCESS)
}
