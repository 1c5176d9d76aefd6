//! The tests of the programs in `examples/`, compiled with the fork.

use std::process::Command;

use anyhow::Result;

use crate::bootstrap::{Job, step};
use crate::build::build;
use crate::demo::forget_other_compiler;
use crate::progress::Progress;
use crate::run;
use crate::summary::Summary;
use crate::sysroot;
use crate::test::finish;

/// Runs `cargo test` in each example. The stage 1 compiler is used where it stands, linked or not.
pub fn test(job: &Job) -> Result<Summary> {
    // The suites before this one may have left the sysroot without a library.
    build(job, 1, &[])?;
    let rustc = sysroot::whole(job.place, job.pin)?.join("bin/rustc");
    let mut examples: Vec<_> = job.place.repo.join("examples").read_dir()?.flatten().collect();
    examples.sort_by_key(std::fs::DirEntry::file_name);
    let mut total = Summary::default();
    for example in examples {
        let manifest = example.path().join("Cargo.toml");
        if !manifest.is_file() {
            continue;
        }
        let phase = format!("test examples/{}", example.file_name().to_string_lossy());
        let target = job.place.keyed.join("examples").join(example.file_name());
        forget_other_compiler(job, &target)?;
        let mut command = Command::new("cargo");
        command.args(["test", "--locked", "--no-fail-fast", "--manifest-path"]).arg(&manifest);
        command.arg("--target-dir").arg(&target);
        command.env_remove("RUSTUP_TOOLCHAIN").env("RUSTC", &rustc);
        let log = run::new_log(&job.place.logs(), "test-examples")?;
        let progress = Progress::new(&phase);
        let mut summary = Summary::default();
        let ran = run::run(&mut command, log, job.verbose, &progress, &mut |line| {
            summary.line(line).or_else(|| step(line))
        })?;
        total.add(&finish(progress, &ran, summary, &phase, "./x.py test examples")?);
    }
    Ok(total)
}
