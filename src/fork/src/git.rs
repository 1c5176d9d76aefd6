//! Calls git on the prepared tree, with its git folder outside the tree and nothing of the user's
//! configuration.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::place::Place;

/// The branch that holds the series as commits.
pub const BRANCH: &str = "refs/heads/series";
/// The commit of the mended source, below the series.
pub const BASE: &str = "refs/asyncdrop/base";

/// Author, committer and time of every commit: an identifier depends on content alone.
const WHO: [(&str, &str); 6] = [
    ("GIT_AUTHOR_NAME", "asyncdrop"),
    ("GIT_AUTHOR_EMAIL", "asyncdrop"),
    ("GIT_AUTHOR_DATE", "@0 +0000"),
    ("GIT_COMMITTER_NAME", "asyncdrop"),
    ("GIT_COMMITTER_EMAIL", "asyncdrop"),
    ("GIT_COMMITTER_DATE", "@0 +0000"),
];

/// git with a fixed folder, work tree, configuration and identity.
#[derive(Debug, Clone)]
pub struct Git {
    dir: PathBuf,
    tree: PathBuf,
    index: Option<PathBuf>,
}

impl Git {
    /// git for the prepared tree of `place`.
    pub fn of(place: &Place) -> Self {
        Self { dir: place.git(), tree: place.tree(), index: None }
    }

    /// The same with another index file, so that commits can be made without touching the tree.
    pub fn with_index(&self, index: PathBuf) -> Self {
        Self { index: Some(index), ..self.clone() }
    }

    /// Creates the git folder if there is none.
    pub fn init(&self) -> Result<()> {
        if !self.dir.join("HEAD").exists() {
            self.run(&["init", "--quiet", "--template=", "--initial-branch=series"])?;
            std::fs::create_dir_all(self.dir.join("info"))?;
        }
        Ok(())
    }

    /// A git command, ready for more arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new("git");
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
        {
            command.env_remove(name);
        }
        command
            .envs(WHO)
            .env("GIT_DIR", &self.dir)
            .env("GIT_WORK_TREE", &self.tree)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("LC_ALL", "C");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        for setting in
            ["core.autocrlf=false", "core.quotePath=false", "gc.auto=0", "core.fileMode=true"]
        {
            command.args(["-c", setting]);
        }
        if self.tree.is_dir() {
            command.current_dir(&self.tree);
        }
        command
    }

    /// Runs git and returns what it gave back, successful or not.
    pub fn try_run(&self, args: &[&str], input: Option<&[u8]>) -> Result<Output> {
        let mut child = self
            .command()
            .args(args)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|err| fail(format!("git cannot be run: {err}")).next("./x.py setup"))?;
        let mut stdin = child.stdin.take();
        std::thread::scope(|scope| {
            if let (Some(mut stdin), Some(input)) = (stdin.take(), input) {
                // A git that stops reading says why on its standard error.
                scope.spawn(move || drop(stdin.write_all(input)));
            }
            child.wait_with_output()
        })
        .context("git was interrupted")
    }

    /// Runs git; a failure is an error with git's own words.
    pub fn run(&self, args: &[&str]) -> Result<Vec<u8>> {
        self.feed(args, None)
    }

    /// Runs git with input.
    pub fn feed(&self, args: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>> {
        let output = self.try_run(args, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(fail(format!("git {} failed: {}", args.first().unwrap_or(&""), words.trim())).into())
    }

    /// Runs git and returns its one line.
    pub fn line(&self, args: &[&str]) -> Result<String> {
        Ok(String::from_utf8(self.run(args)?)?.trim().to_owned())
    }

    /// Runs git with `-z` output and returns its entries.
    pub fn entries(&self, args: &[&str]) -> Result<Vec<String>> {
        let bytes = self.run(args)?;
        let text = String::from_utf8(bytes).context("a path in the tree is not UTF-8")?;
        Ok(text.split('\0').filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
    }

    /// The object a name stands for, if there is one.
    pub fn resolve(&self, name: &str) -> Result<Option<String>> {
        let output = self.try_run(&["rev-parse", "--verify", "--quiet", name], None)?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !text.is_empty()).then_some(text))
    }

    /// Makes a commit of `tree` on `parent`.
    pub fn commit(&self, tree: &str, parent: &str, message: &str) -> Result<String> {
        let args = ["commit-tree", tree, "-p", parent, "-F", "-"];
        Ok(String::from_utf8(self.feed(&args, Some(message.as_bytes()))?)?.trim().to_owned())
    }

    /// Compares the stored file times with the tree, so that later calls read only what changed.
    pub fn refresh(&self) -> Result<()> {
        // The exit status only says whether something differs.
        self.try_run(&["update-index", "-q", "--refresh"], None).map(drop)
    }

    /// Moves the branch and the index to `commit`; the files of the tree stay as they are.
    pub fn reset(&self, commit: &str) -> Result<()> {
        self.run(&["reset", "--quiet", "--mixed", commit])?;
        self.refresh()
    }

    /// Tracked files that differ from HEAD, staged or not.
    pub fn edited(&self) -> Result<Vec<String>> {
        self.refresh()?;
        self.entries(&["diff-index", "-z", "--name-only", "HEAD"])
    }
}
