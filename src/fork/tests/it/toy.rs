//! A checkout, a cache and a source tarball of a few files, with stand-ins for the machine's tools.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Twenty numbered lines, so that patches have context.
pub fn numbered() -> String {
    (1..=20).map(|n| format!("line {n}\n")).collect()
}

const BOOTSTRAP: &str = r#"import os, signal, sys
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(os.path.dirname(here), "calls"), "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\n")
exec(os.environ.get("FAKE_BOOTSTRAP", ""))
"#;

pub struct Toy {
    dir: TempDir,
    /// Further environment of every call.
    pub env: Vec<(String, String)>,
}

impl Toy {
    pub fn new() -> Self {
        Self::with_pin(|pin| pin)
    }

    /// A toy whose `upstream.toml` goes through `change`.
    pub fn with_pin(change: impl Fn(String) -> String) -> Self {
        let toy = Self { dir: tempfile::tempdir().unwrap(), env: Vec::new() };
        let repo = toy.repo();
        // Where the tests are, also if cargo built them in another checkout.
        let real = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../..");
        fs::create_dir_all(repo.join("src/fork")).unwrap();
        fs::copy(real.join("config.example.toml"), repo.join("config.example.toml")).unwrap();
        let suites =
            "[[suite]]\nname = \"upstream-ui\"\n[suite.paths]\n\"tests/ui/drop\" = \"drops\"\n";
        fs::write(repo.join("src/fork/suites.toml"), suites).unwrap();
        toy.write_tarball();
        let sum = Sha256::digest(fs::read(toy.tarball()).unwrap());
        let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        let pin = fs::read_to_string(real.join("upstream.toml")).unwrap();
        let (before, after) = pin.split_once("\nreplaces = [").unwrap();
        let (_, after) = after.split_once("]\n").unwrap();
        let pin = format!("{before}\nreplaces = []\n{after}");
        let mut lines: Vec<String> = pin.lines().map(str::to_owned).collect();
        for line in &mut lines {
            if line.starts_with("sha256 =") {
                *line = format!("sha256 = \"{sum}\"");
            }
            if line.starts_with("free-disk-gib =") {
                *line = "free-disk-gib = 0".to_owned();
            }
        }
        fs::write(repo.join("upstream.toml"), change(lines.join("\n") + "\n")).unwrap();
        toy.write_tools();
        toy
    }

    fn write_tarball(&self) {
        let numbered = numbered();
        let files: BTreeMap<&str, &str> = [
            (".cargo/config.toml", "not wanted\n"),
            ("Cargo.lock", "generated\n"),
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\n  \"compiler/a\",\n  \"src/tools/miri\",\n]\n",
            ),
            ("compiler/a/Cargo.toml", "[package]\n"),
            ("compiler/a/one.rs", &numbered),
            ("compiler/a/two.rs", &numbered),
            ("git-commit-hash", "59807616e1fa2540724bfbac14d7976d7e4a3860"),
            ("tests/ui/drop/x.rs", "fn main() {}\n"),
            ("tests/ui/y.rs", "fn main() {}\n"),
            ("vendor/big.rs", "not wanted\n"),
            ("x.py", BOOTSTRAP),
        ]
        .into();
        let out = liblzma::write::XzEncoder::new(fs::File::create(self.tarball()).unwrap(), 0);
        let mut archive = tar::Builder::new(out);
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(1_000_000_000);
            header.set_cksum();
            archive
                .append_data(&mut header, format!("toy-src/{path}"), content.as_bytes())
                .unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap();
    }

    /// Stand-ins, so that these tests need nothing but Rust, git and Python.
    fn write_tools(&self) {
        self.write_tool("dpkg-query", "echo install ok installed");
        let quiet = ["pkg-config", "cmake", "ninja", "c++", "make", "xz", "valgrind", "gdb"];
        let llvm = ["llvm-config-22", "FileCheck-22", "ld.lld-22", "clang-22"];
        for name in quiet.iter().chain(&llvm) {
            self.write_tool(name, "exit 0");
        }
        self.write_tool("apt-get", "echo 'Could not resolve the archive' >&2; exit 100");
    }

    /// A shell script that is found before the tool of that name.
    ///
    /// What is executed is a link to a file of the repository: a file that was just written cannot
    /// be (`ETXTBSY`) while a child that another thread forked has it open.
    pub fn write_tool(&self, name: &str, script: &str) {
        let path = self.tools().join(name);
        fs::create_dir_all(self.tools()).unwrap();
        fs::write(self.tools().join(format!("{name}.sh")), script).unwrap();
        if !path.is_symlink() {
            symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tool"), path).unwrap();
        }
    }

    pub fn tools(&self) -> PathBuf {
        self.dir.path().join("tools")
    }

    pub fn repo(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    pub fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    pub fn keyed(&self) -> PathBuf {
        self.cache().join("rustc-1.95.0-59807616e")
    }

    pub fn tree(&self) -> PathBuf {
        self.keyed().join("tree")
    }

    /// Named as the pin names it.
    pub fn tarball(&self) -> PathBuf {
        self.dir.path().join("rustc_1.95.0+dfsg1.orig.tar.xz")
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.command_without_source(words);
        command.env("RUST_SOURCE", self.tarball());
        command
    }

    pub fn command_without_source(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_asyncdrop-x"));
        let path = std::env::var("PATH").unwrap();
        command
            .args(words)
            .current_dir(self.repo())
            .env_remove("RUST_SOURCE")
            .env_remove("ASYNCDROP_BUILD_DIR")
            .env_remove("EDITOR")
            .env("PATH", format!("{}:{path}", self.tools().display()))
            .env("ASYNCDROP_REPO", self.repo())
            .env("ASYNCDROP_CACHE", self.cache())
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a verb that has to succeed; returns what it printed.
    pub fn ok(&self, words: &[&str]) -> String {
        let (output, said) = ended(&mut self.command(words));
        assert!(output.status.success(), "{words:?} failed:\n{said}");
        said
    }

    /// Runs a verb that has to fail; returns what it printed.
    pub fn fails(&self, words: &[&str]) -> String {
        let (output, said) = ended(&mut self.command(words));
        assert_eq!(output.status.code(), Some(1), "{words:?} ended otherwise:\n{said}");
        said
    }

    /// Writes a file of the checkout.
    pub fn write(&self, path: &str, content: &str) {
        write(&self.repo().join(path), content);
    }

    /// Writes a file of the tree.
    pub fn edit(&self, path: &str, content: &str) {
        write(&self.tree().join(path), content);
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.repo().join(path)).unwrap()
    }

    pub fn in_tree(&self, path: &str) -> String {
        fs::read_to_string(self.tree().join(path)).unwrap()
    }

    /// Edits one numbered line of a file in the tree.
    pub fn edit_line(&self, path: &str, n: usize, text: &str) {
        let edited = self.in_tree(path).replace(&format!("line {n}\n"), &format!("{text}\n"));
        self.edit(path, &edited);
    }

    /// `patch new` with a header.
    pub fn patch_new(&self, name: &str) -> String {
        self.ok(&[
            "patch",
            "new",
            name,
            "--what",
            "an edit",
            "--why",
            "it is a line",
            "--upstream",
            "yes",
        ])
    }

    /// When every file of the tree was last written.
    pub fn times(&self) -> BTreeMap<PathBuf, SystemTime> {
        let files = walkdir::WalkDir::new(self.tree()).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap()))
            .collect()
    }

    /// The words bootstrap was called with, a line each.
    pub fn calls(&self) -> String {
        fs::read_to_string(self.keyed().join("calls")).unwrap_or_default()
    }

    /// Python for the pretended bootstrap.
    pub fn bootstrap_does(&mut self, python: &str) {
        self.env.push(("FAKE_BOOTSTRAP".to_owned(), python.to_owned()));
    }
}

/// The output of a command, and its two streams as one text.
pub fn ended(command: &mut Command) -> (Output, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output, said)
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}
