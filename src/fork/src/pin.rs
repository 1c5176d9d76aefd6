//! `upstream.toml`: the pin, what is ours in the tree, and how the source is mended.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The whole of `upstream.toml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pin {
    pub version: String,
    pub commit: String,
    pub stage0: String,
    pub llvm: u32,
    pub free_disk_gib: u64,
    pub replaces: Vec<String>,
    pub source: Source,
    pub overlay: Overlay,
    pub mend: Mend,
}

/// Where the source tarball comes from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    pub package: String,
    pub package_version: String,
    pub suite: String,
    pub keyring: String,
    pub file: String,
    pub sha256: String,
}

/// Which files of the checkout are copied into the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    pub roots: Vec<String>,
    pub except: Vec<String>,
}

/// What turns the source into a tree that bootstrap accepts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mend {
    pub drop: Vec<String>,
    pub folders: Vec<String>,
    pub generated: Vec<String>,
    pub write: BTreeMap<String, String>,
}

impl Pin {
    /// Reads `upstream.toml` of a checkout.
    pub fn read(repo: &Path) -> Result<Self> {
        let path = repo.join("upstream.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
    }

    /// The first nine digits of the commit, as upstream shortens it.
    pub fn short_commit(&self) -> &str {
        &self.commit[..self.commit.len().min(9)]
    }
}

/// Whether `path` is `folder` or lies in it.
pub fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
