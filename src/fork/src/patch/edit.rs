//! `patch new` and `patch edit`: from uncommitted edits to commits.

use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Context, Result};

use super::commits::{self, Commit};
use super::export::write_series;
use crate::bootstrap::Job;
use crate::cli::Header;
use crate::failure::fail;
use crate::git::{BRANCH, Git};
use crate::overlay;
use crate::prepare::prepared;
use crate::series::{LABELS, Patch, check_name};
use crate::state::State;

/// Makes the uncommitted edits a patch at the end of the series.
pub fn new(job: &Job, name: &str, paths: &[String], header: &Header) -> Result<()> {
    check_name(name)?;
    let git = Git::of(job.place);
    let mut state = ready(job, &git)?;
    if commits::all(&git, &state.base)?.iter().any(|commit| commit.patch.name == name) {
        return Err(fail(format!("there is a patch {name} already"))
            .next(format!("./x.py patch edit {name}"))
            .into());
    }
    let head = git.line(&["rev-parse", BRANCH])?;
    let edited = edits(&git, &head, paths)?.ok_or_else(|| {
        fail("the tree has no edits")
            .next(format!("edit files under {}", job.place.tree().display()))
    })?;
    let patch =
        Patch { name: name.to_owned(), header: header_text(job, header, "")?, diff: String::new() };
    let tree = git.line(&["rev-parse", &format!("{edited}^{{tree}}")])?;
    let commit = git.commit(&tree, &head, &patch.message())?;
    advance(job, &git, &commit, &mut state)
}

/// Folds the uncommitted edits into a patch, and makes the later ones anew on top.
pub fn edit(job: &Job, name: &str, paths: &[String], header: &Header) -> Result<()> {
    let git = Git::of(job.place);
    let mut state = ready(job, &git)?;
    let all = commits::all(&git, &state.base)?;
    let at = all.iter().position(|commit| commit.patch.name == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|commit| commit.patch.name.as_str()).collect();
        fail(format!("there is no patch {name}; the series is: {}", names.join(", ")))
            .next(format!("./x.py patch new {name}"))
    })?;
    let head = git.line(&["rev-parse", BRANCH])?;
    let given = [&header.what, &header.why, &header.upstream].into_iter().any(Option::is_some);
    let Some(edited) = edits(&git, &head, paths)?.or_else(|| given.then(|| head.clone())) else {
        return Err(fail("the tree has no edits, and no new header was given").into());
    };
    let mut patch = all[at].patch.clone();
    if given {
        patch.header = header_text(job, header, &patch.header)?;
    }
    let parent = all
        .get(at.wrapping_sub(1))
        .filter(|_| at > 0)
        .map_or(state.base.as_str(), |commit| &commit.id);
    let tree = merge(&git, name, &head, &all[at].id, &edited)?;
    let mut last = git.commit(&tree, parent, &patch.message())?;
    for pair in all[at..].windows(2) {
        let [before, Commit { id, patch }] = pair else { unreachable!("windows of two have two") };
        let tree = merge(&git, &patch.name, &before.id, &last, id)?;
        last = git.commit(&tree, &last, &patch.message())?;
    }
    if git.line(&["diff-tree", "-r", "--name-only", &last, &edited])?.is_empty() {
        return advance(job, &git, &last, &mut state);
    }
    Err(fail(format!(
        "folding the edits into {name} would change the tree's content; nothing was done"
    ))
    .next("./x.py patch new NAME, for a patch at the end")
    .into())
}

/// The prepared tree's state; overlay files that were edited in the tree go into the checkout
/// first.
fn ready(job: &Job, git: &Git) -> Result<State> {
    let (mut state, _) = prepared(job.place)?;
    for path in overlay::bring_back(job.place, job.pin, git, &mut state)? {
        println!("copied {path} into the checkout");
    }
    state.write(job.place)?;
    Ok(state)
}

/// A commit on `head` of the tree as it is now, or of some `paths` of it; `None` if nothing was
/// edited there. Leaves HEAD and index alone.
fn edits(git: &Git, head: &str, paths: &[String]) -> Result<Option<String>> {
    if git.edited()?.is_empty() {
        return Ok(None);
    }
    let scratch = tempfile::tempdir().context("cannot create a temporary folder")?;
    let git = git.with_index(scratch.path().join("index"));
    git.run(&["read-tree", head])?;
    let mut words = vec!["add", "--update", "--"];
    words.extend(paths.iter().map(String::as_str));
    if paths.is_empty() {
        words.push(".");
    }
    git.run(&words)?;
    let tree = git.line(&["write-tree"])?;
    if tree == git.line(&["rev-parse", &format!("{head}^{{tree}}")])? {
        return Ok(None);
    }
    git.commit(&tree, head, "edits\n").map(Some)
}

/// The tree of `ours` with what changed from `base` to `theirs`; a conflict is an error that names
/// the files.
fn merge(git: &Git, name: &str, base: &str, ours: &str, theirs: &str) -> Result<String> {
    let merge_base = format!("--merge-base={base}");
    let args =
        ["merge-tree", "--write-tree", "--name-only", "--no-messages", &merge_base, ours, theirs];
    let output = git.try_run(&args, None)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let tree = lines.next().unwrap_or_default().to_owned();
    match output.status.code() {
        Some(0) => Ok(tree),
        Some(1) => {
            let files: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            Err(fail(format!(
                "the edits conflict with patch {name} in {}; nothing was done",
                files.join(", ")
            ))
            .next(
                "./x.py patch new NAME, for a patch at the end, or make the edits touch other \
                 lines",
            )
            .into())
        }
        _ => Err(fail(format!(
            "git merge-tree failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))
        .into()),
    }
}

/// Moves HEAD to `commit`, whose content the tree has already, and exports. A failed export moves
/// it back.
fn advance(job: &Job, git: &Git, commit: &str, state: &mut State) -> Result<()> {
    let before = git.line(&["rev-parse", BRANCH])?;
    git.reset(commit)?;
    if let Err(err) = write_series(job.place, git, state.clone()) {
        git.reset(&before)?;
        return Err(err);
    }
    Ok(())
}

/// The header from the flags, over what `old` has, or from the user's editor.
fn header_text(job: &Job, header: &Header, old: &str) -> Result<String> {
    let given = [&header.what, &header.why, &header.upstream];
    let before = LABELS.map(|label| {
        old.lines().find_map(|line| line.strip_prefix(label)).map(|rest| rest.trim().to_owned())
    });
    let mut text: String = LABELS
        .iter()
        .zip(given.iter().zip(before))
        .map(|(label, (new, old))| {
            let words = (*new).clone().or(old).unwrap_or_default();
            format!("{label} {words}\n")
        })
        .collect();
    let rest = old.lines().filter(|line| !LABELS.iter().any(|label| line.starts_with(label)));
    text.extend(rest.map(|line| format!("{line}\n")));
    let fault = |text: &str| {
        Patch { name: String::new(), header: text.trim().to_owned(), diff: String::new() }
            .header_fault()
    };
    if fault(&text).is_some() {
        text = edit_text(job, &text)?;
    }
    match fault(&text) {
        None => Ok(text.trim().to_owned()),
        Some(fault) => Err(fail(format!("a patch says its reasons at its head: {fault}"))
            .next("add --what TEXT --why TEXT --upstream TEXT")
            .into()),
    }
}

/// Lets the user fill in a header, where there is a terminal and an editor.
fn edit_text(job: &Job, text: &str) -> Result<String> {
    let Some(editor) = std::env::var_os("EDITOR").filter(|_| std::io::stdin().is_terminal()) else {
        return Ok(text.to_owned());
    };
    let file = tempfile::Builder::new().suffix(".txt").tempfile_in(&job.place.keyed)?;
    std::fs::write(file.path(), text)?;
    let status =
        Command::new("sh").args(["-c", "$0 \"$1\""]).arg(&editor).arg(file.path()).status()?;
    if !status.success() {
        return Err(fail(format!(
            "the editor {} ended with {status}; nothing was done",
            editor.to_string_lossy()
        ))
        .into());
    }
    std::fs::read_to_string(file.path()).context("cannot read the edited header")
}
