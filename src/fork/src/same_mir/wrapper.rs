//! The `RUSTC_WRAPPER`: one call of the compiler becomes two, and their outputs are compared.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use super::texts::{compare, first_difference, glue, items, normal, types};
use super::{Comparison, Difference};
use crate::failure::report;
use crate::state::write_whole;

/// Tell the wrapper that it is one: the folder of the level, the fork's compiler, and the ways to
/// write the folder of the library's sources, a line each.
pub(super) const FOLDER: &str = "ASYNCDROP_SAME_MIR_FOLDER";
pub(super) const FORK: &str = "ASYNCDROP_SAME_MIR_FORK";
pub(super) const LIBRARY: &str = "ASYNCDROP_SAME_MIR_LIBRARY";

/// Added for crates that cargo has only checked. MIR does not depend on any of them: no machine
/// code; the MIR of drop glue; sizes; and, so that glue is made at all, each crate lists the
/// instances of generic functions that it offers to others, which else only opt-level 0 does.
pub(super) const FLAGS: [&str; 5] = [
    "-Zno-codegen",
    "-Zdump-mir=coroutine_drop|drop_in_place&runtime-optimized",
    "-Zdump-mir-exclude-pass-number",
    "-Zprint-type-sizes",
    "-Zshare-generics=yes",
];

/// What to do if cargo has called this program in place of the compiler.
pub fn as_wrapper() -> Option<ExitCode> {
    let [folder, fork] = [FOLDER, FORK].map(std::env::var_os);
    let (folder, fork) = (PathBuf::from(folder?), fork?);
    let result = wrap(&folder, &fork, std::env::args_os().skip(1).collect());
    Some(result.unwrap_or_else(|err| {
        report(&err);
        ExitCode::FAILURE
    }))
}

/// Runs the stock compiler, and before it the fork, so that what depends on this crate finds the
/// outputs of both.
fn wrap(folder: &Path, fork: &OsString, mut words: Vec<OsString>) -> Result<ExitCode> {
    if words.is_empty() {
        bail!("cargo named no compiler");
    }
    let stock = words.remove(0);
    let Some(mut call) = Call::new(folder, &words) else {
        let status = Command::new(stock).args(words).status()?;
        return Ok(code(status.code()));
    };
    for side in ["stock", "fork"] {
        let dumps = call.dumps(side);
        if dumps.exists() {
            fs::remove_dir_all(&dumps)?;
        }
        fs::create_dir_all(&dumps)?;
    }
    fs::create_dir_all(call.out("fork"))?;
    let output = call.command(fork, "fork")?.stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        eprintln!("the fork says:\n{}", String::from_utf8_lossy(&output.stderr));
        return Ok(code(output.status.code()));
    }
    let status = call.command(&stock, "stock")?.status()?;
    if status.success() {
        call.compare()?;
    }
    Ok(code(status.code()))
}

fn code(code: Option<i32>) -> ExitCode {
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// One call of the compiler for a crate to compare.
#[derive(Debug)]
struct Call {
    folder: PathBuf,
    words: Vec<String>,
    /// `tokio-61facd8586ab344d`
    unit: String,
    /// The output folder inside the folder of either compiler.
    out: PathBuf,
    /// cargo wants no machine code of it.
    checked: bool,
    library: Vec<String>,
}

impl Call {
    /// `None` for a build script, for what one tries out, and for questions.
    fn new(folder: &Path, words: &[OsString]) -> Option<Self> {
        let words: Vec<String> =
            words.iter().map(|word| word.to_str().map(str::to_owned)).collect::<Option<_>>()?;
        let after = |flag: &str| {
            let place = words.iter().position(|word| word == flag)?;
            words.get(place + 1)
        };
        let name = after("--crate-name")?;
        let out = Path::new(after("--out-dir")?).strip_prefix(folder.join("stock")).ok()?;
        if !out.ends_with("deps") || name.starts_with("build_script_") {
            return None;
        }
        let hash = words.iter().find_map(|word| word.strip_prefix("extra-filename="))?;
        let emit = words.iter().find_map(|word| word.strip_prefix("--emit="))?;
        let library = std::env::var(LIBRARY).unwrap_or_default();
        Some(Self {
            unit: format!("{name}{hash}"),
            out: out.to_owned(),
            checked: !emit.split(',').any(|kind| kind == "link"),
            folder: folder.to_owned(),
            library: library.lines().map(str::to_owned).collect(),
            words,
        })
    }

    fn out(&self, side: &str) -> PathBuf {
        self.folder.join(side).join(&self.out)
    }

    fn dumps(&self, side: &str) -> PathBuf {
        self.folder.join("dumps").join(&self.unit).join(side)
    }

    /// The call that cargo has made, with MIR among the outputs; on the side of the fork the
    /// outputs, and the crates that this one depends on, are in the fork's folder.
    fn command(&mut self, rustc: &OsString, side: &str) -> Result<Command> {
        let [stock, there] = ["stock", side].map(|side| self.folder.join(side));
        let deps = |path: &str| match Path::new(path).strip_prefix(&stock) {
            Ok(inside) if inside.ancestors().take(2).any(|path| path.ends_with("deps")) => {
                Some(there.join(inside).display().to_string())
            }
            _ => None,
        };
        let mut command = Command::new(rustc);
        for word in &self.words {
            if word.starts_with("--emit=") {
                command.arg(format!("{word},mir"));
                continue;
            }
            // `dependency=PATH`, `NAME=PATH` or `PATH`
            let (name, path) = word.split_once('=').unwrap_or(("", word));
            match deps(path) {
                Some(path) if name.is_empty() => command.arg(path),
                Some(path) => command.arg(format!("{name}={path}")),
                None => command.arg(word),
            };
        }
        // The version is a part of a crate's identity, after which some things are ordered.
        command.env("RUSTC_FORCE_RUSTC_VERSION", "same-mir");
        if self.checked {
            let dumps = self.dumps(side);
            command.args(FLAGS).arg(format!("-Zdump-mir-dir={}", dumps.display()));
            command.env("RUSTC_BOOTSTRAP", "1").stdout(File::create(dumps.join("sizes"))?);
        }
        Ok(command)
    }

    /// Compares what the two have written, and deletes what is equal.
    fn compare(&self) -> Result<()> {
        let of = ["CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(std::env::var);
        let [Ok(name), Ok(version)] = of else { bail!("cargo names no package") };
        let mut comparison = Comparison { of: format!("{name} {version}"), ..Default::default() };

        let file = format!("{}.mir", self.unit);
        let mir = ["stock", "fork"].map(|side| self.out(side).join(&file));
        let items = self.read(&mir)?.map(|text| items(&text));
        comparison.functions = items[0].iter().filter(|item| item.text.starts_with("fn ")).count();
        comparison.constants = items[0].len() - comparison.functions;
        compare(&items, &mir, &mut comparison.differing);
        remove_equal(&mir, &comparison.differing)?;

        if self.checked {
            let sizes = ["stock", "fork"].map(|side| self.dumps(side).join("sizes"));
            let types = self.read(&sizes)?.map(|text| types(&text));
            comparison.types = types[0].len();
            compare(&types, &sizes, &mut comparison.differing);
            remove_equal(&sizes, &comparison.differing)?;
            self.compare_glue(&mut comparison)?;
        }
        let path = self.folder.join("compared").join(format!("{}.toml", self.unit));
        write_whole(&path, toml::to_string(&comparison)?.as_bytes())?;
        if comparison.differing.is_empty() {
            fs::remove_dir_all(self.folder.join("dumps").join(&self.unit))?;
        }
        Ok(())
    }

    /// The names of dumps contain types, and so paths of the library. What is compared is sought by
    /// its first line instead.
    fn compare_glue(&self, comparison: &mut Comparison) -> Result<()> {
        let [stock, fork] = ["stock", "fork"].map(|side| glue(&self.dumps(side), &self.library));
        let (stock, fork) = (stock?, fork?);
        comparison.glue = stock.values().map(Vec::len).sum();
        let names: BTreeSet<&String> = stock.keys().chain(fork.keys()).collect();
        for name in names {
            let [mut ours, mut theirs] =
                [&stock, &fork].map(|side| side.get(name).cloned().unwrap_or_default());
            ours.sort();
            theirs.sort();
            for n in 0..ours.len().max(theirs.len()) {
                let sides = [ours.get(n), theirs.get(n)];
                let texts = sides.map(|side| side.map_or("", |(text, _)| text));
                if texts[0] == texts[1] {
                    for (_, path) in sides.into_iter().flatten() {
                        fs::remove_file(path)?;
                    }
                    continue;
                }
                comparison.differing.push(Difference {
                    what: name.clone(),
                    lines: first_difference(texts[0], texts[1]),
                    files: sides
                        .map(|side| side.map_or_else(PathBuf::new, |(_, path)| path.clone())),
                });
            }
        }
        Ok(())
    }

    fn read(&self, paths: &[PathBuf; 2]) -> Result<[String; 2]> {
        let read = |path: &Path| {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        Ok([normal(read(&paths[0])?, &self.library), normal(read(&paths[1])?, &self.library)])
    }
}

fn remove_equal(files: &[PathBuf; 2], differing: &[Difference]) -> Result<()> {
    if !differing.iter().any(|difference| difference.files == *files) {
        files.iter().try_for_each(fs::remove_file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &str) -> Option<Call> {
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        Call::new(Path::new("/t"), &words)
    }

    const WORDS: &str = "--crate-name a /src/lib.rs --emit=dep-info,metadata -C metadata=1 -C \
                         extra-filename=-1 --out-dir /t/stock/debug/deps -L \
                         dependency=/t/stock/debug/deps --extern b=/t/stock/debug/deps/libb-2.rmeta \
                         -L native=/t/stock/debug/build/b-3/out";

    #[test]
    fn the_fork_reads_and_writes_in_its_own_folder() {
        let mut call = call(WORDS).unwrap();
        assert_eq!((call.unit.as_str(), call.checked), ("a-1", true));
        call.checked = false;
        let mut words = |side| {
            let command = call.command(&OsString::from("rustc"), side).unwrap();
            let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
            words.join(" ")
        };
        let with_mir = WORDS.replace("metadata -C", "metadata,mir -C");
        assert_eq!(words("stock"), with_mir);
        assert_eq!(words("fork"), with_mir.replace("/t/stock/debug/deps", "/t/fork/debug/deps"));
    }

    #[test]
    fn build_scripts_and_their_experiments_are_stocks_alone() {
        let out = "--out-dir /t/stock/debug/deps";
        for (from, to) in [
            ("--crate-name a", "--crate-name build_script_build"),
            ("--crate-name a", "--crate-name=a"),
            (out, "--out-dir /t/stock/debug/build/a-1/out"),
            (out, "--out-dir /elsewhere/deps"),
        ] {
            assert!(call(&WORDS.replace(from, to)).is_none(), "{to}");
        }
        assert!(call("-vV").is_none());
    }
}
