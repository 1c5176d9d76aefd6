//! Compiles and runs the programs that are measured.

mod code;
mod process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use tempfile::TempDir;

use crate::cli::Options;
use crate::shape::Shape;
use crate::side::Side;
use process::Finished;

pub use code::code_size;
pub use process::run;

/// Time for one compiler, and for one program that it made. Without a bound, some programs of the prototype's never end.
const COMPILE: u64 = 300;
const RUN: u64 = 120;

/// Counts the instructions of a program.
const CALLGRIND: [&str; 3] = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];

/// Runs in the longer of two measurements of a program with a runtime.
const RUNS: u64 = 10;

/// A compiler, a place to work, and what the command line says.
pub struct Lab<'a> {
    pub options: &'a Options,
    pub out: PathBuf,
    pub stock: PathBuf,
    scratch: TempDir,
    workarounds: OnceLock<Result<PathBuf, String>>,
    count: AtomicUsize,
}

/// What is made of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// A program that polls the future once.
    Program,
    /// An object file with no more than the future's functions.
    Functions,
    /// A program that holds many such futures.
    Suspended,
}

/// What a compilation took.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub path: PathBuf,
    pub time: Duration,
    /// The most bytes that were in memory at a time.
    pub memory: u64,
}

/// What a program prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Figures {
    pub polls: u64,
    pub allocations: u64,
    pub size: u64,
    pub picoseconds: u64,
}

/// Something that a program, or its compiler, may not be able to do; then the reason.
pub type Attempt<T> = std::result::Result<T, String>;

impl<'a> Lab<'a> {
    pub fn new(options: &'a Options) -> Result<Self> {
        let scratch = tempfile::tempdir().context("there is no folder for scratch files")?;
        let stock = toolchain(&options.stock)?;
        let out = options.out.clone().unwrap_or_else(|| options.repo.join("target/bench"));
        std::fs::create_dir_all(&out)
            .with_context(|| format!("cannot create {}", out.display()))?;
        if Command::new("valgrind").arg("--version").output().is_err() {
            bail!("valgrind cannot be run: ./x.py setup");
        }
        let (workarounds, count) = (OnceLock::new(), AtomicUsize::new(0));
        Ok(Self { options, out, stock, scratch, workarounds, count })
    }

    /// A new empty folder.
    pub fn folder(&self) -> Result<PathBuf> {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let folder = self.scratch.path().join(count.to_string());
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }

    pub fn compiler(&self, side: Side) -> &Path {
        if side.is_fork() { &self.options.rustc } else { &self.stock }
    }

    /// A call of a compiler, with the flags that all programs here have.
    pub fn rustc(&self, compiler: &Path) -> Command {
        self.rustc_under(&[], compiler)
    }

    /// The same, run by another program.
    fn rustc_under(&self, program: &[&str], compiler: &Path) -> Command {
        let mut command = Command::new("timeout");
        command.arg(COMPILE.to_string()).args(program).arg(compiler);
        command.args(["--edition=2024", "--cap-lints=allow", "-Ccodegen-units=1"]);
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC_ICE", "0").env("RUST_BACKTRACE", "0");
        command
    }

    pub fn compile(
        &self,
        shapes: &[&Shape],
        side: Side,
        product: Product,
        opt_level: &str,
    ) -> Result<Attempt<Compiled>> {
        let folder = self.folder()?;
        let mut command = self.rustc(self.compiler(side));
        let path = match self.say_what(&mut command, &folder, shapes, side, product, opt_level)? {
            Ok(path) => path,
            Err(why) => return Ok(Err(why)),
        };
        let finished = run(&mut command, &folder)?;
        if finished.status.success() {
            let (time, memory) = (finished.cpu, finished.memory);
            return Ok(Ok(Compiled { path, time, memory }));
        }
        if side.is_fork() {
            bail!("{} ({}) does not compile:\n{}", shapes[0].name, side.name(), finished.stderr);
        }
        Ok(Err(finished.why("does not compile")))
    }

    /// The instructions that the compiler takes for the functions of `shapes` at opt-level 3, in all
    /// its threads, as callgrind counts them.
    pub fn instructions_of_compiler(&self, shapes: &[&Shape], side: Side) -> Result<Attempt<u64>> {
        let folder = self.folder()?;
        let mut command = self.rustc_under(&CALLGRIND, self.compiler(side));
        let product = Product::Functions;
        match self.say_what(&mut command, &folder, shapes, side, product, "3")? {
            Ok(_) => collected(&run(&mut command, &folder)?),
            Err(why) => Ok(Err(why)),
        }
    }

    /// Tells a compiler what to make of `shapes`, whose files go to `folder`. Returns where that will
    /// be.
    fn say_what(
        &self,
        command: &mut Command,
        folder: &Path,
        shapes: &[&Shape],
        side: Side,
        product: Product,
        opt_level: &str,
    ) -> Result<Attempt<PathBuf>> {
        let root = folder.join("root.rs");
        std::fs::write(&root, self.root(folder, shapes, side, product)?)?;
        let path = folder.join("made");
        command.arg(format!("-Copt-level={opt_level}")).arg("-o").args([&path, &root]);
        if product == Product::Functions {
            command.args(["--crate-type=lib", "--emit=obj"]);
        }
        match side {
            Side::ByHand => {
                command.args(["--cfg=by_hand", "-Zpack-coroutine-layout=yes"]);
            }
            Side::StockByHand => {
                command.arg("--cfg=by_hand");
            }
            Side::SyncUnwind => {
                command.arg("-Zasync-drop-unwind=sync");
            }
            Side::Implicit | Side::Prototype => {}
            Side::Spawn | Side::BlockOn | Side::AsyncDropper => {
                let library = match self.workarounds() {
                    Ok(folder) => folder,
                    Err(why) => return Ok(Err(why.clone())),
                };
                let rlib = library.join("libworkarounds.rlib");
                command.arg(format!("--extern=workarounds={}", rlib.display()));
                command.arg(format!("-Ldependency={}", library.join("deps").display()));
            }
        }
        Ok(Ok(path))
    }

    /// The root of a crate with one shape, or with several.
    fn root(
        &self,
        folder: &Path,
        shapes: &[&Shape],
        side: Side,
        product: Product,
    ) -> Result<String> {
        let benches = std::path::absolute(self.options.repo.join("benches"))?;
        let module = |name: &str, path: &Path| format!("#[path = {path:?}]\nmod {name};\n");
        let mut root = String::new();
        if side.strategy() == "implicit" {
            root += "#![feature(async_drop)]\n#![allow(incomplete_features)]\n";
        }
        root += &module("harness", &benches.join("harness.rs"));
        root += &module("guard", &benches.join(format!("strategies/{}.rs", side.strategy())));
        for (index, shape) in shapes.iter().enumerate() {
            let name = format!("shape{index}");
            let path = folder.join(format!("{name}.rs"));
            std::fs::write(&path, &shape.text)?;
            root += &module(&name, &path);
        }
        let head = "fn main() -> std::process::ExitCode";
        match product {
            Product::Program => {
                let main = if side.has_runtime() { "guard" } else { "harness" };
                root += &format!("{head} {{ {main}::main(shape0::future, shape0::SUM) }}\n");
            }
            Product::Suspended => {
                root += &module("suspended", &benches.join("suspended.rs"));
                root += &format!("{head} {{ suspended::main(shape0::future, shape0::SUM) }}\n");
            }
            Product::Functions => {
                for index in 0..shapes.len() {
                    root += &format!(
                        "#[unsafe(no_mangle)]\npub fn {}{index}() -> (usize, usize) \
                         {{ harness::functions(shape{index}::future) }}\n",
                        code::ENTRY
                    );
                }
            }
        }
        Ok(root)
    }

    /// Where the library is that the workarounds need, built on the first call.
    fn workarounds(&self) -> &Attempt<PathBuf> {
        self.workarounds.get_or_init(|| {
            let manifest = self.options.repo.join("benches/workarounds/Cargo.toml");
            let target =
                std::path::absolute(self.out.join("workarounds")).map_err(|e| e.to_string())?;
            let mut command = Command::new("cargo");
            command.args(["build", "--release", "--locked", "--quiet", "--manifest-path"]);
            command.arg(manifest).arg("--target-dir").arg(&target);
            command.env("RUSTC", &self.stock).env_remove("RUSTUP_TOOLCHAIN");
            let folder = self.folder().map_err(|err| err.to_string())?;
            let finished = run(&mut command, &folder).map_err(|err| err.to_string())?;
            if finished.status.success() {
                return Ok(target.join("release"));
            }
            eprintln!("{}", finished.stderr);
            Err("its crates do not build".to_owned())
        })
    }

    /// Runs a program to its end.
    pub fn execute(&self, program: &Path, words: &[&str]) -> Result<Attempt<Finished>> {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", &RUN.to_string()]).arg(program).args(words);
        let finished = run(&mut command, &self.folder()?)?;
        Ok(if finished.status.success() { Ok(finished) } else { Err(finished.why("fails")) })
    }

    pub fn figures(&self, program: &Path, words: &[&str]) -> Result<Attempt<Figures>> {
        let figures = |finished: Finished| {
            serde_json::from_str(&finished.stdout)
                .with_context(|| format!("{} printed {}", program.display(), finished.stdout))
        };
        self.execute(program, words)?.map(figures).map_or_else(|why| Ok(Err(why)), |f| f.map(Ok))
    }

    /// The instructions of one run, as callgrind counts them: from the making of the future to its last poll. With a
    /// runtime they are those of a long run less those of a short one, on all threads.
    pub fn instructions(&self, program: &Path, side: Side, mode: &str) -> Result<Attempt<u64>> {
        if !side.has_runtime() {
            return self.counted(program, &["--toggle-collect=*measured*"], &[mode]);
        }
        let counted = |runs: u64| self.counted(program, &[], &[mode, &runs.to_string()]);
        let [short, long] = [counted(1)?, counted(1 + RUNS)?];
        Ok(short.and_then(|short| Ok(long?.saturating_sub(short) / RUNS)))
    }

    fn counted(&self, program: &Path, options: &[&str], words: &[&str]) -> Result<Attempt<u64>> {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", &RUN.to_string()]).args(CALLGRIND);
        command.args(options).arg(program).args(words);
        collected(&run(&mut command, &self.folder()?)?)
    }

    /// Calls `work` for each item, in as many threads as there are cores, and shows how far it is.
    pub fn each<T: Sync, R: Send>(
        &self,
        what: &str,
        items: &[T],
        work: impl Fn(&T) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let progress = self.progress(what, items.len());
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(index) else { return };
                        let result = work(item);
                        if result.is_err() {
                            next.store(items.len(), Ordering::Relaxed);
                        }
                        results.lock().expect("no holder panics").push((index, result));
                        progress.inc(1);
                    }
                });
            }
        });
        progress.finish_and_clear();
        let mut results = results.into_inner().expect("no holder panics");
        results.sort_by_key(|&(index, _)| index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// A bar that is gone when the work is done.
    pub fn progress(&self, what: &str, count: usize) -> ProgressBar {
        let style = ProgressStyle::with_template("bench: {msg} {pos}/{len} [{elapsed}]");
        let progress = ProgressBar::new(count as u64).with_message(what.to_owned());
        if let Ok(style) = style {
            progress.set_style(style);
        }
        progress.enable_steady_tick(Duration::from_millis(500));
        progress
    }

    /// Whether a row is wanted.
    pub fn wants(&self, name: &str) -> bool {
        name.contains(&self.options.filter)
    }
}

/// What callgrind says that it counted.
fn collected(finished: &Finished) -> Result<Attempt<u64>> {
    if !finished.status.success() {
        return Ok(Err(finished.why("fails")));
    }
    let line = finished.stderr.lines().find_map(|line| line.split_once("Collected :"));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    Ok(Ok(count.with_context(|| format!("callgrind said\n{}", finished.stderr))?))
}

/// The compiler of a rustup toolchain.
fn toolchain(name: &str) -> Result<PathBuf> {
    // Without this, rustup might start to download.
    let output = Command::new("rustup")
        .args(["which", "--toolchain", name, "rustc"])
        .env("RUSTUP_AUTO_INSTALL", "0")
        .output()
        .context("rustup cannot be run")?;
    if !output.status.success() {
        bail!("there is no toolchain {name}: rustup toolchain install {name}");
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
