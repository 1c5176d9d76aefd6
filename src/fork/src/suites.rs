//! `src/fork/suites.toml` and `tests/known-failures.toml`: which of upstream's suites run, and what
//! fails in them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::failure::fail;

/// Folders of compiletest suites that may hold tests of ours.
pub const KINDS: [&str; 5] = ["ui", "mir-opt", "codegen-llvm", "assembly-llvm", "run-make"];
/// Our folder in each of them.
pub const OURS: &str = "async-drop";

/// One call of bootstrap.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    pub name: String,
    /// Path in the tree, and why it runs.
    pub paths: BTreeMap<String, String>,
    /// Tests of ours: MIR validation is on, and they can be blessed.
    #[serde(skip)]
    pub ours: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    suite: Vec<Suite>,
}

/// A test that fails on the unpatched tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// As the test runner prints it: `[ui] tests/ui/x.rs`.
    pub name: String,
    pub reason: String,
}

/// Our suites that exist in the tree; `run-make` on its own, as its tests take no compiler flags.
pub fn ours(tree: &Path) -> Vec<Suite> {
    let suite = |name: &str, kinds: &[&str]| -> Option<Suite> {
        let folders = kinds.iter().map(|kind| format!("tests/{kind}/{OURS}"));
        let paths: BTreeMap<String, String> = folders
            .filter(|path| tree.join(path).is_dir())
            .map(|path| (path, "ours".to_owned()))
            .collect();
        (!paths.is_empty()).then(|| Suite { name: name.to_owned(), paths, ours: true })
    };
    let (flags, run_make) = KINDS.split_at(KINDS.len() - 1);
    [suite("ours", flags), suite("ours-run-make", run_make)].into_iter().flatten().collect()
}

/// Upstream's suites, from suites.toml; each path has to exist.
pub fn upstream(repo: &Path, tree: &Path) -> Result<Vec<Suite>> {
    let path = repo.join("src/fork/suites.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let file: File =
        toml::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))?;
    for name in file.suite.iter().flat_map(|suite| suite.paths.keys()) {
        if !tree.join(name).exists() {
            return Err(
                fail(format!("src/fork/suites.toml names {name}, which the tree lacks")).into()
            );
        }
    }
    Ok(file.suite)
}

/// Tests known to fail on the unpatched tree; no file is an empty list.
pub fn known_failures(repo: &Path) -> Result<Vec<Known>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        #[serde(default)]
        known: Vec<Known>,
    }
    let path = repo.join("tests/known-failures.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let list: List = toml::from_str(&text)
                .with_context(|| format!("{} is not as expected", path.display()))?;
            Ok(list.known)
        }
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(err) => Err(err).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A suite for one word of the command line: a path in the tree, with or without `tests/` before
/// it.
pub fn named(word: &str, repo: &Path, tree: &Path) -> Result<Suite> {
    let absolute = std::path::absolute(word)?;
    let relative = absolute
        .strip_prefix(repo)
        .or_else(|_| absolute.strip_prefix(tree))
        .ok()
        .and_then(Path::to_str);
    let candidates =
        [relative.map(str::to_owned), Some(word.to_owned()), Some(format!("tests/{word}"))];
    let path =
        candidates.into_iter().flatten().find(|path| !path.is_empty() && tree.join(path).exists());
    let path = path.map(|path| path.trim_end_matches('/').to_owned()).ok_or_else(|| {
        fail(format!("there is no test or suite {word} in the tree"))
            .next("./x.py test --help lists what can be named")
    })?;
    let ours = KINDS.iter().any(|kind| crate::pin::within(&path, &format!("tests/{kind}/{OURS}")));
    Ok(Suite { name: path.clone(), paths: [(path, String::new())].into(), ours })
}
