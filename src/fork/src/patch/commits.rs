//! The commits between the base and the tree's HEAD, read as patches.

use anyhow::{Context, Result};

use crate::git::{BRANCH, Git};
use crate::series::Patch;

/// A commit of the series.
#[derive(Debug)]
pub struct Commit {
    pub id: String,
    pub patch: Patch,
}

/// Every commit after `base` up to `head`, oldest first.
pub fn between(git: &Git, base: &str, head: &str) -> Result<Vec<Commit>> {
    let listing =
        git.line(&["rev-list", "--reverse", "--first-parent", &format!("{base}..{head}")])?;
    listing.lines().map(|id| read(git, id)).collect()
}

/// Every commit of the tree after `base`.
pub fn all(git: &Git, base: &str) -> Result<Vec<Commit>> {
    between(git, base, BRANCH)
}

fn read(git: &Git, id: &str) -> Result<Commit> {
    let message = String::from_utf8(git.run(&["log", "-1", "--format=%B", id])?)
        .context("a commit is not UTF-8")?;
    let diff = diff(git, &format!("{id}^"), id)?;
    Ok(Commit { id: id.to_owned(), patch: Patch::from_message(&message, diff) })
}

/// The difference of two commits in the form patches have: one line of context, and nothing that
/// depends on git's version, on its configuration or on the objects' names.
pub fn diff(git: &Git, from: &str, to: &str) -> Result<String> {
    let output = git.run(&[
        "-c",
        "core.attributesFile=/dev/null",
        "diff-tree",
        "-r",
        "-p",
        "--unified=1",
        "--inter-hunk-context=0",
        "--diff-algorithm=myers",
        "--indent-heuristic",
        "--no-renames",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--full-index",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        from,
        to,
    ])?;
    let text = String::from_utf8(output).context("a patch is not UTF-8")?;
    Ok(text.split_inclusive('\n').filter(|line| !line.starts_with("index ")).collect())
}
