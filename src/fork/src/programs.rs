//! Our other programs: each is a crate in `src/`, which the stock compiler builds, as it builds this tool.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::bootstrap::{Job, step};
use crate::progress::Progress;
use crate::run;
use crate::summary::Summary;
use crate::test::finish;

/// Builds the program in `src/NAME` and returns its path.
pub fn program(job: &Job, name: &str) -> Result<PathBuf> {
    job.place.create()?;
    let log = run::new_log(&job.place.logs(), &format!("build-{name}"))?;
    let progress = Progress::new(format!("build src/{name}"));
    let ran = run::run(&mut cargo(job, name, "build"), log, job.verbose, &progress, &mut step)?;
    progress.clear();
    ran.check(&format!("the build of src/{name}"), &format!("./x.py {name}"))?;
    Ok(target(job).join(format!("release/asyncdrop-{name}")))
}

/// The tests of the crate itself.
pub fn test(job: &Job, name: &str) -> Result<Summary> {
    let progress = Progress::new(format!("test src/{name}"));
    let log = run::new_log(&job.place.logs(), &format!("test-{name}"))?;
    let mut summary = Summary::default();
    let ran = run::run(&mut cargo(job, name, "test"), log, job.verbose, &progress, &mut |line| {
        summary.line(line).or_else(|| step(line))
    })?;
    let what = format!("the tests of src/{name}");
    finish(progress, &ran, summary, &what, &format!("./x.py test {name}"))
}

fn cargo(job: &Job, name: &str, verb: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args([verb, "--release", "--locked", "--manifest-path"]);
    command.arg(job.place.repo.join("src").join(name).join("Cargo.toml"));
    command.arg("--target-dir").arg(target(job));
    command
}

fn target(job: &Job) -> PathBuf {
    job.place.root.join("tool")
}
