//! This machine: the stage 0 toolchain, the host triple, LLVM, free space.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::pin::Pin;
use crate::place::Place;

/// The toolchain that compiles stage 1.
#[derive(Debug)]
pub struct Stage0 {
    pub rustc: PathBuf,
    pub cargo: PathBuf,
    pub rustfmt: Option<PathBuf>,
    /// The host triple.
    pub host: String,
}

/// Looks for the pinned release at rustup, then on PATH.
pub fn stage0(pin: &Pin) -> Result<Stage0> {
    let candidates =
        [rustup_which(&pin.stage0), on_path("rustc").and_then(|path| sysroot_rustc(&path))];
    for rustc in candidates.into_iter().flatten() {
        let Some(output) = quiet(Command::new(&rustc).arg("-vV")) else { continue };
        let field =
            |name: &str| output.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if field("release:") != Some(pin.stage0.as_str()) {
            continue;
        }
        let beside = |name: &str| Some(rustc.with_file_name(name)).filter(|path| path.is_file());
        let host = field("host:").context("rustc -vV names no host")?.to_owned();
        let Some(cargo) = beside("cargo").or_else(|| on_path("cargo")) else { continue };
        return Ok(Stage0 { cargo, rustfmt: beside("rustfmt"), host, rustc });
    }
    Err(fail(format!("Rust {} is not installed", pin.stage0))
        .next(format!(
            "rustup toolchain install {} --profile minimal --component rustfmt,clippy",
            pin.stage0
        ))
        .into())
}

fn rustup_which(toolchain: &str) -> Option<PathBuf> {
    // Without this, rustup might start to download.
    let mut command = Command::new("rustup");
    command.args(["which", "--toolchain", toolchain, "rustc"]).env("RUSTUP_AUTO_INSTALL", "0");
    quiet(&mut command).map(|text| PathBuf::from(text.trim()))
}

/// The real compiler behind a `rustc` on PATH, which may be rustup's proxy.
fn sysroot_rustc(rustc: &Path) -> Option<PathBuf> {
    let sysroot = quiet(Command::new(rustc).args(["--print", "sysroot"]))?;
    Some(PathBuf::from(sysroot.trim()).join("bin/rustc")).filter(|path| path.is_file())
}

/// A command's standard output if it succeeds.
pub fn quiet(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Finds an executable on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let executable = |path: &PathBuf| {
        rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok() && path.is_file()
    };
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(executable)
}

/// Refuses to start a build that would fill the disk.
pub fn check_disk(place: &Place, pin: &Pin) -> Result<()> {
    place.create()?;
    std::fs::create_dir_all(place.build_dir())
        .with_context(|| format!("cannot create {}", place.build_dir().display()))?;
    let needed = match std::env::var("ASYNCDROP_FREE_DISK_GIB") {
        Ok(text) => text.parse().context("ASYNCDROP_FREE_DISK_GIB is not a number")?,
        Err(_) => pin.free_disk_gib,
    };
    let stat =
        rustix::fs::statvfs(place.build_dir()).context("cannot tell how much disk is free")?;
    let free = stat.f_bavail * stat.f_frsize / (1 << 30);
    // What an earlier build has taken already need not be free as well.
    let folder = place.build_dir();
    if free >= needed || free + used(&folder) / (1 << 30) >= needed {
        return Ok(());
    }
    Err(fail(format!(
        "{free} GiB are free at {}, and a build needs up to {needed} GiB",
        folder.display()
    ))
    .next(
        "free some space, or put the build elsewhere with --build-dir DIR; ./x.py clean removes \
         the build folder",
    )
    .into())
}

/// Whether this process is root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Disk used by a folder; a hard link counts once for each name.
pub fn used(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}
