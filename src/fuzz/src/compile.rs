//! One crate of generated programs, compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use asyncdrop_fuzz::{Edition, LIBRARY, Sources, Unwind};

use crate::child::{self, End, Limits, Stop};
use crate::cli::OptLevel;
use crate::verdict::Kind;

/// Time for one crate.
const TIME: Duration = Duration::from_secs(300);

/// Time and memory for one program that may be broken.
const TAKE_TIME: Duration = Duration::from_secs(60);
const TAKE_MEMORY: u64 = 8 << 30;

/// The compiler under test.
#[derive(Debug)]
pub struct Compiler {
    rustc: PathBuf,
    /// Its own words for what it is.
    pub version: String,
    /// A release would refuse the features the programs use.
    bootstrap: bool,
    /// How it is told to drop values while a panic unwinds. An older one knows one way only.
    pub unwind: Unwind,
    takes_unwind: bool,
}

/// How the programs of a crate are compiled.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub edition: Edition,
    pub opt_level: OptLevel,
}

/// What the compiler made of a crate.
#[derive(Debug)]
pub enum Compiled {
    Binary(PathBuf),
    /// No binary: the kind of failure, and what the compiler said.
    Rejected(Kind, String),
}

impl Compiler {
    /// The compiler at a path, or of a rustup toolchain.
    pub fn find(name: &str) -> Result<Self> {
        if Path::new(name).is_file() {
            return Self::new(PathBuf::from(name), false);
        }
        // Without this, rustup might start to download.
        let output = Command::new("rustup")
            .args(["which", "--toolchain", name, "rustc"])
            .env("RUSTUP_AUTO_INSTALL", "0")
            .output()
            .context("rustup cannot be run")?;
        if !output.status.success() {
            bail!("there is no toolchain {name}: rustup toolchain install {name}");
        }
        let path = String::from_utf8(output.stdout).context("rustup names no path")?;
        Self::new(PathBuf::from(path.trim()), true)
    }

    /// The compiler at a path. With `bootstrap` it takes unstable features whatever its channel.
    pub fn new(rustc: PathBuf, bootstrap: bool) -> Result<Self> {
        let output = Command::new(&rustc)
            .arg("--version")
            .output()
            .with_context(|| format!("cannot run {}", rustc.display()))?;
        if !output.status.success() {
            bail!("{} --version failed ({})", rustc.display(), output.status);
        }
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let takes_unwind = Command::new(&rustc)
            .args(["-Zasync-drop-unwind=await", "--print=sysroot"])
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .is_ok_and(|output| output.status.success());
        let unwind = if takes_unwind { Unwind::Await } else { Unwind::Sync };
        Ok(Self { rustc, version, bootstrap, unwind, takes_unwind })
    }

    /// Chooses how values are dropped while a panic unwinds.
    pub fn unwinding(self, unwind: Unwind) -> Result<Self> {
        if unwind != self.unwind && !self.takes_unwind {
            bail!("{} does not know -Zasync-drop-unwind", self.rustc.display());
        }
        Ok(Self { unwind, ..self })
    }

    /// Compiles `sources` in `folder`. An error means that nothing can be compiled.
    pub fn compile(
        &self,
        sources: &Sources,
        setting: Setting,
        folder: &Path,
        stop: &Stop,
    ) -> Result<Compiled> {
        let mut command = self.command(setting);
        command.arg("--crate-type=bin");
        if let Some(library) = &sources.library {
            let output = folder.join(format!("lib{LIBRARY}.rlib"));
            let mut of_library = self.command(setting);
            of_library.args(["--crate-type=rlib", "--crate-name", LIBRARY]);
            if let Some((kind, said)) = rejection(of_library, library, &output, stop)? {
                return Ok(Compiled::Rejected(kind, said));
            }
            command.arg("--extern").arg(format!("{LIBRARY}={}", output.display()));
        }
        let output = folder.join("programs");
        Ok(match rejection(command, &sources.binary, &output, stop)? {
            Some((kind, said)) => Compiled::Rejected(kind, said),
            None => Compiled::Binary(output),
        })
    }

    /// What compiles a crate of programs.
    fn command(&self, setting: Setting) -> Command {
        let mut command = self.rustc();
        command
            .args(["--cap-lints=allow", "-Ccodegen-units=1", "--edition", setting.edition.year()])
            .arg(format!("-Copt-level={}", setting.opt_level))
            .args(self.takes_unwind.then(|| unwind_flag(self.unwind)));
        command
    }

    /// The compiler, which checks its MIR and is brief if it panics.
    fn rustc(&self) -> Command {
        let mut command = Command::new(&self.rustc);
        command
            .args(["-Zvalidate-mir", "-Cdebuginfo=0"])
            .env("RUSTC_ICE", "0")
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUSTC_LOG");
        if self.bootstrap {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command
    }

    /// Compiles a program that may be broken, with the lints. Also returns what the compiler said.
    pub fn take(
        &self,
        input: &Path,
        edition: &str,
        folder: &Path,
        stop: &Stop,
    ) -> Result<(Taken, String)> {
        let mut command = self.rustc();
        command
            .args(["--crate-type=bin", "--emit=obj", "--edition", edition])
            .args(["-Wasync_drop_in_sync_context", "-Wimplicit_async_drop", "-o"])
            .args([&folder.join("mutant.o"), input]);
        let limits = Limits { time: TAKE_TIME, memory: Some(TAKE_MEMORY) };
        let finished = child::run(&mut command, limits, stop)?;
        let said = finished.stderr;
        let taken = match kind(finished.end, &said) {
            _ if finished.end.success() => Taken::Accepted,
            Kind::CompileError => Taken::Rejected,
            Kind::Hang => Taken::Hang,
            _ => Taken::Ice,
        };
        Ok((taken, format!("{said}{}\n", finished.end)))
    }
}

/// Compiles a crate to `output`. Returns what the compiler said if it rejects it.
fn rejection(
    mut command: Command,
    source: &str,
    output: &Path,
    stop: &Stop,
) -> Result<Option<(Kind, String)>> {
    let input = output.with_extension("rs");
    fs::write(&input, source).with_context(|| format!("cannot write {}", input.display()))?;
    command.arg("-o").args([output, &input]);
    let finished = child::run(&mut command, Limits { time: TIME, memory: None }, stop)?;
    let said = finished.stderr;
    if finished.end.success() {
        return Ok(None);
    }
    if said.contains("error[E0463]") || said.contains("No space left on device") {
        bail!("nothing can be compiled: {}", said.trim());
    }
    Ok(Some((kind(finished.end, &said), format!("{said}{}\n", finished.end))))
}

/// How the compiler took a program that may be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Accepted,
    Rejected,
    /// It panicked or crashed.
    Ice,
    Hang,
}

impl Taken {
    /// Whether it did what it is for.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Accepted | Self::Rejected)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Ice => "ICE",
            Self::Hang => "hang",
        }
    }
}

/// What it means that the compiler failed. An error it reports is one of the generator's.
fn kind(end: End, said: &str) -> Kind {
    match end {
        End::TimedOut | End::Flooded => Kind::Hang,
        End::Exited(status) => {
            let ice = ["internal compiler error", "rustc unexpectedly panicked", "broken MIR"];
            if status.code() == Some(1) && !ice.iter().any(|words| said.contains(words)) {
                Kind::CompileError
            } else {
                Kind::Ice
            }
        }
    }
}

/// What tells the compiler how to drop values while a panic unwinds.
pub fn unwind_flag(unwind: Unwind) -> &'static str {
    match unwind {
        Unwind::Sync => "-Zasync-drop-unwind=sync",
        Unwind::Await => "-Zasync-drop-unwind=await",
    }
}

#[cfg(test)]
pub mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A compiler that is a shell script, to which `$in` is the source and `$out` the binary.
    ///
    /// What it runs as is a link to a file of the repository: a file that was just written cannot
    /// be executed (`ETXTBSY`) while a child that another thread forked has it open.
    pub fn fake(folder: &Path, script: &str) -> Compiler {
        let path = folder.join("rustc");
        fs::write(folder.join("rustc.sh"), script).unwrap();
        symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake-rustc"), &path).unwrap();
        Compiler::new(path, false).unwrap()
    }

    /// Edition 2024, opt-level 0.
    pub fn setting() -> Setting {
        Setting { edition: Edition::E2024, opt_level: "0".parse().unwrap() }
    }

    fn compiled(script: &str) -> Result<Compiled> {
        let folder = tempfile::tempdir().unwrap();
        let compiler = fake(folder.path(), script);
        let sources = Sources { library: None, binary: "source".to_owned() };
        compiler.compile(&sources, setting(), folder.path(), &Stop::default())
    }

    #[test]
    fn failures_of_the_compiler_have_kinds() {
        let kind = |script: &str| match compiled(script).unwrap() {
            Compiled::Rejected(kind, _) => Some(kind),
            Compiled::Binary(_) => None,
        };
        assert_eq!(kind("cp $in $out"), None);
        assert_eq!(kind("echo 'error[E0382]: moved' >&2; exit 1"), Some(Kind::CompileError));
        assert_eq!(kind("echo 'error: internal compiler error: x' >&2; exit 101"), Some(Kind::Ice));
        assert_eq!(kind("kill -SEGV $$"), Some(Kind::Ice));
    }

    #[test]
    fn an_older_compiler_unwinds_in_one_way() {
        let folder = tempfile::tempdir().unwrap();
        let compiler = fake(folder.path(), "");
        assert_eq!(compiler.unwind, Unwind::Sync);
        let compiler = compiler.unwinding(Unwind::Sync).unwrap();
        assert!(compiler.unwinding(Unwind::Await).is_err());
    }

    #[test]
    fn without_a_standard_library_nothing_goes_on() {
        let err = compiled("echo \"error[E0463]: can't find crate for std\" >&2; exit 1");
        assert!(err.unwrap_err().to_string().contains("nothing can be compiled"));
    }
}
