//! `demo`: from nothing to the example's table.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bootstrap::Job;
use crate::build::build;
use crate::failure::fail;
use crate::link::link;
use crate::state::{sha256, write_whole};
use crate::sysroot;

/// The name the toolchain gets at rustup.
const TOOLCHAIN: &str = "asyncdrop";

/// Builds and links what is missing, then runs `examples/pool` with plain cargo. The caller holds
/// the lock.
pub fn demo(job: &Job) -> Result<()> {
    let folder = job.place.repo.join("examples/pool");
    if !folder.join("Cargo.toml").is_file() {
        return Err(fail(format!("there is no example at {}", folder.display())).into());
    }
    build(job, 1, &[])?;
    link(job.place, job.pin, TOOLCHAIN)?;
    let target = job.place.keyed.join("demo");
    forget_other_compiler(job, &target)?;
    let status = Command::new("cargo")
        .args([&format!("+{TOOLCHAIN}"), "run", "--release", "--quiet"])
        .current_dir(&folder)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(fail(format!("the example failed ({status})"))
        .next(format!("cd {} && cargo +{TOOLCHAIN} run --release", folder.display()))
        .into())
}

/// cargo tells compilers apart by their version alone, which does not change when the fork is built
/// anew. So what another build of it compiled is removed.
pub fn forget_other_compiler(job: &Job, target: &Path) -> Result<()> {
    let libraries = sysroot::whole(job.place, job.pin)?.join("lib");
    let mut compiler = library_contents(&libraries)?;
    for entry in libraries.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            compiler += &format!("{:?} {:?}\n", entry.file_name(), entry.metadata()?.modified()?);
        }
    }
    let stamp = target.join("compiler");
    if fs::read_to_string(&stamp).is_ok_and(|before| before == compiler) {
        return Ok(());
    }
    if target.exists() {
        fs::remove_dir_all(target)
            .with_context(|| format!("cannot remove {}", target.display()))?;
    }
    write_whole(&stamp, compiler.as_bytes())
}

/// The standard library's crates, each with the hash of what it says to other crates. The suites
/// make the library anew without changing it, so that times tell nothing.
fn library_contents(libraries: &Path) -> Result<String> {
    let mut contents = Vec::new();
    for target in libraries.join("rustlib").read_dir()? {
        let Ok(entries) = target?.path().join("lib").read_dir() else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "rmeta") {
                contents.push(format!("{} {}\n", path.display(), sha256(&fs::read(&path)?)));
            }
        }
    }
    contents.sort();
    Ok(contents.concat())
}
