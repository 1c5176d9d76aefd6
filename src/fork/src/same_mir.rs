//! `same-mir`: a crate that does not use the feature compiles to the same MIR as with stock rustc.
//!
//! cargo checks `tests/same-mir` with the stock compiler, and this program is its
//! `RUSTC_WRAPPER`: it runs each call of the compiler a second time with the fork, with outputs
//! in another folder. So both get the same flags, the same cfgs of build scripts and the same
//! names of crates; two runs of cargo would differ in all three, since the fork calls itself a
//! nightly. What the two compilers wrote is compared then and there, and deleted if it is equal.
//!
//! Compared are, for each crate and at two optimization levels:
//!
//! - all that `--emit=mir` writes: the text. What was inlined from the library comes from each
//!   compiler's own build of it, and is equal as well;
//! - drop glue: the text, and for that of a coroutine itself the control flow, see `canonical`;
//! - the size and the layout of each type.
//!
//! The poll function that drops a coroutine from a crate *with* the feature is not compared: the
//! fork has another one, and without the feature nothing calls it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use self::wrapper::{FLAGS, FOLDER, FORK, LIBRARY};
use crate::bootstrap::{Job, step};
use crate::build::build;
use crate::demo::forget_other_compiler;
use crate::failure::fail;
use crate::host::{quiet, stage0};
use crate::progress::Progress;
use crate::run;
use crate::state::write_whole;
use crate::summary::Summary;
use crate::sysroot;

mod canonical;
mod texts;
mod wrapper;

pub use self::wrapper::as_wrapper;

/// The package that is compiled.
pub const PACKAGE: &str = "tests/same-mir";

/// The levels, and how cargo is asked for them.
const LEVELS: [(&str, &[&str]); 2] = [("0", &[]), ("3", &["--release"])];

/// Functions shown for a crate that differs.
const SHOWN: usize = 3;

/// What was compared of one crate.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Comparison {
    /// Name and version.
    of: String,
    /// Functions and closures in `--emit=mir`.
    functions: usize,
    /// Constants, statics and promoteds there.
    constants: usize,
    /// Instances of drop glue, and the bodies that the drop glue of coroutines is made of.
    glue: usize,
    /// Types whose sizes were printed.
    types: usize,
    differing: Vec<Difference>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Difference {
    /// The function, constant or type.
    what: String,
    /// The first lines that differ.
    lines: String,
    /// Files of stock and of the fork.
    files: [PathBuf; 2],
}

/// Runs the comparison. The stage 1 compiler is used where it stands, linked or not.
pub fn test(job: &Job) -> Result<Summary> {
    // The suites before this one may have left the sysroot without a library.
    build(job, 1, &[])?;
    let fork = sysroot::whole(job.place, job.pin)?;
    let stage0 = stage0(job.pin)?;
    let commit = quiet(Command::new(&stage0.rustc).arg("-vV")).unwrap_or_default();
    if !commit.contains(&job.pin.commit) {
        let rustc = stage0.rustc.display();
        return Err(fail(format!("{rustc} is not built from {}", job.pin.commit)).into());
    }
    let stock = stage0.rustc.ancestors().nth(2).context("a compiler is in a sysroot")?;
    let library = ways_to_write_library(&job.pin.commit, &[stock, &fork]);

    let target = job.place.keyed.join("same-mir");
    forget_other_compiler(job, &target)?;
    forget_other_input(&job.place.repo.join(PACKAGE), &target)?;
    let mut total = Summary::default();
    for (level, words) in LEVELS {
        let folder = target.join(level);
        let mut command = Command::new(&stage0.cargo);
        command.args(["check", "--locked", "--manifest-path"]);
        command.arg(job.place.repo.join(PACKAGE).join("Cargo.toml")).args(words);
        for name in ["CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        for name in ["RUSTC_BOOTSTRAP", "RUSTC_WORKSPACE_WRAPPER", "RUSTUP_TOOLCHAIN"] {
            command.env_remove(name);
        }
        command
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", folder.join("stock"))
            .env("RUSTC", &stage0.rustc)
            .env("RUSTC_WRAPPER", std::env::current_exe()?)
            .env(FOLDER, &folder)
            .env(FORK, fork.join("bin/rustc"))
            .env(LIBRARY, &library);
        let log = run::new_log(&job.place.logs(), "test-same-mir")?;
        let phase = format!("test same-mir, opt-level {level}");
        let progress = Progress::new(&phase);
        let ran = run::run(&mut command, log, job.verbose, &progress, &mut step)?;
        progress.clear();
        ran.check(&phase, "./x.py test same-mir")?;
        let summary = sum(level, comparisons(&folder)?)?;
        progress.done(&summary.to_string());
        total.add(&summary);
    }
    Ok(total)
}

/// The library's sources are shown where they lie, if they do, and otherwise under a name made of
/// the commit.
fn ways_to_write_library(commit: &str, sysroots: &[&Path]) -> String {
    let mut ways = BTreeSet::from([format!("/rustc/{commit}/")]);
    for sysroot in sysroots {
        let source = sysroot.join("lib/rustlib/src/rust");
        // The compiler follows the link that bootstrap makes.
        for path in [Some(source.clone()), fs::read_link(&source).ok(), source.canonicalize().ok()]
        {
            ways.extend(path.map(|path| format!("{}/", path.display())));
        }
    }
    ways.into_iter().collect::<Vec<_>>().join("\n")
}

/// Removes what was made with other flags or of other crates, as cargo does not know of either.
fn forget_other_input(package: &Path, target: &Path) -> Result<()> {
    let lock = package.join("Cargo.lock");
    let lock =
        fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let input = format!("{FLAGS:?}\n{lock}");
    let stamp = target.join("input");
    if fs::read_to_string(&stamp).is_ok_and(|before| before == input) {
        return Ok(());
    }
    for (level, _) in LEVELS {
        let folder = target.join(level);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
    }
    write_whole(&stamp, input.as_bytes())
}

fn comparisons(folder: &Path) -> Result<Vec<Comparison>> {
    let mut all = Vec::new();
    for entry in folder.join("compared").read_dir()? {
        let text = fs::read_to_string(entry?.path())?;
        all.push(toml::from_str::<Comparison>(&text).context("a comparison is not as written")?);
    }
    all.sort_by(|a, b| a.of.cmp(&b.of));
    Ok(all)
}

/// Prints what differs, and counts a crate as a test.
fn sum(level: &str, all: Vec<Comparison>) -> Result<Summary> {
    // The package itself comes last, so that with it all others are there.
    if !all.iter().any(|comparison| comparison.of.starts_with("same-mir ")) {
        bail!("the crates in {PACKAGE} were not compared");
    }
    let mut summary = Summary::default();
    for Comparison { of, differing, .. } in &all {
        if differing.is_empty() {
            summary.passed += 1;
            continue;
        }
        summary.failed += 1;
        summary.failures.insert(format!("same-mir: {of} at opt-level {level}"));
        eprintln!("{of} at opt-level {level}: {} differ", differing.len());
        for Difference { what, lines, files: [stock, fork] } in differing.iter().take(SHOWN) {
            eprintln!("{what}\n--- {}\n+++ {}\n{lines}", stock.display(), fork.display());
        }
    }
    let count = |of: fn(&Comparison) -> usize| all.iter().map(of).sum::<usize>();
    println!(
        "same-mir, opt-level {level}: {} crates, {} functions, {} constants, {} pieces of drop \
         glue, {} types; {} differ",
        all.len(),
        count(|one| one.functions),
        count(|one| one.constants),
        count(|one| one.glue),
        count(|one| one.types),
        count(|one| one.differing.len()),
    );
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_as_one_test() {
        let one =
            |of: &str, differing| Comparison { of: of.into(), differing, ..Default::default() };
        let files = ["a", "b"].map(PathBuf::from);
        let differing = vec![Difference { what: "f".into(), lines: String::new(), files }];
        let all = vec![one("same-mir 0.1.0", Vec::new()), one("tokio 1.0.0", differing)];
        let summary = sum("3", all).unwrap();
        assert_eq!((summary.passed, summary.failed), (1, 1));
        assert!(summary.failures.contains("same-mir: tokio 1.0.0 at opt-level 3"));
        assert!(sum("3", vec![one("tokio 1.0.0", Vec::new())]).is_err());
    }
}
