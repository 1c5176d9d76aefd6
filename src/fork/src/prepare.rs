//! `prepare`: the pinned source, mended, with the series applied and our files laid over it. Writes
//! only what differs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::config;
use crate::failure::fail;
use crate::fetch::fetch;
use crate::git::{BASE, BRANCH, Git};
use crate::import::{import, mended_digest};
use crate::overlay;
use crate::pin::Pin;
use crate::place::Place;
use crate::progress::Progress;
use crate::series;
use crate::state::{State, write_if_changed, write_whole};

/// Brings the tree to what the checkout says. The caller holds the lock.
pub fn prepare(place: &Place, pin: &Pin, source: Option<&Path>) -> Result<State> {
    let git = Git::of(place);
    let old = based(place, pin, source)?;
    let adopting = old.head.is_empty();
    let patches = series::read(place)?;
    let files = overlay::files(place, pin)?;

    let digest = series::digest(&old.base, &patches);
    let head = if digest == old.series && git.resolve(&format!("{}^{{tree}}", old.head))?.is_some()
    {
        old.head.clone()
    } else {
        series::apply(&git, &old.base, &patches)?
    };
    overlay::check(&git, &head, &files, pin)?;
    let plan = overlay::plan(place, &files, (!adopting).then_some(&old))?;

    plan.remove(place)?;
    if adopting {
        adopt(place, &git, &old.base, &head)?;
    } else if head != old.head {
        move_tree(&git, &old.head, &head)?;
    }
    plan.write(place)?;
    for folder in &pin.mend.folders {
        fs::create_dir_all(place.tree().join(folder))?;
    }
    write_if_changed(&place.git().join("info/exclude"), overlay::excludes(&files, pin).as_bytes())?;

    for path in &plan.edited {
        eprintln!(
            "note: {path} was edited in the tree; `./x.py patch export` takes it into the checkout"
        );
    }
    let names = patches.into_iter().map(|patch| patch.name).collect();
    let new = State { series: digest, head, patches: names, overlay: files, ..old };
    new.write(place)?;
    config::write(place, pin)?;
    Ok(new)
}

/// A state whose base commit stands for the pin. Reads the source only if it has to.
fn based(place: &Place, pin: &Pin, source: Option<&Path>) -> Result<State> {
    let git = Git::of(place);
    let mended = mended_digest(pin);
    let old = State::read(place)?;
    if let Some(old) = &old
        && old.mended == mended
        && place.tree().is_dir()
        && git.resolve(&format!("{}^{{tree}}", old.base))?.is_some()
    {
        return Ok(old.clone());
    }
    let source = fetch(place, pin, source)?;
    let progress = Progress::new("prepare");
    let tree = place.tree();
    // With a stamp, the tree has the old base's files, and is moved to the new one by `move_tree`.
    let has_commits = |old: &State| -> Result<bool> {
        Ok(git.resolve(&format!("{}^{{tree}}", old.head))?.is_some())
    };
    let known = match old {
        Some(old) if tree.is_dir() && has_commits(&old)? => Some(old),
        _ => None,
    };
    // What is missing from a tree that was prepared by hand was removed by hand. The marker tells
    // it from a tree whose unpacking was interrupted.
    let unpacking = place.keyed.join("unpacking");
    let fill = known.is_none() && (unpacking.exists() || !tree.exists());
    if fill {
        fs::write(&unpacking, "")?;
        fs::create_dir_all(&tree)?;
    }
    let base = import(&git, &source, pin, fill.then_some(tree.as_path()), &progress)?;
    if known.is_none() && !fill {
        set_dropped_aside(place, pin)?;
    }
    if known.is_none() {
        for (path, content) in pin.mend.write.iter().filter(|(path, _)| !tree.join(path).exists()) {
            write_whole(&tree.join(path), content.as_bytes())?;
        }
    }
    if fill {
        fs::remove_file(&unpacking)?;
    }
    progress.done(&format!("{} read", source.path().display()));
    Ok(State { mended, base, series: String::new(), ..known.unwrap_or_default() })
}

/// What the mending leaves out may still be in a tree that was prepared by hand.
fn set_dropped_aside(place: &Place, pin: &Pin) -> Result<()> {
    for path in &pin.mend.drop {
        let (there, aside) = (place.tree().join(path), place.saved().join(path));
        let holds_files = walkdir::WalkDir::new(&there)
            .into_iter()
            .flatten()
            .any(|entry| !entry.file_type().is_dir());
        if holds_files && !aside.exists() {
            fs::create_dir_all(aside.parent().context("a path in the tree has a folder")?)?;
            fs::rename(&there, &aside)
                .with_context(|| format!("cannot move {} aside", there.display()))?;
            eprintln!("note: the tree's {path} was moved to {}", aside.display());
        }
    }
    Ok(())
}

/// Makes the first index of a tree that was just unpacked, or that was prepared by hand. Files that
/// are as upstream has them are brought to `head`; files that differ from both, or are gone, are
/// kept as edits.
fn adopt(place: &Place, git: &Git, base: &str, head: &str) -> Result<()> {
    git.run(&["update-ref", BASE, base])?;
    git.run(&["update-ref", BRANCH, base])?;
    git.run(&["read-tree", base])?;
    git.refresh()?;
    let differing = git.entries(&["diff-files", "-z", "--name-only"])?;
    git.reset(head)?;
    let mut kept = Vec::new();
    for path in git.entries(&["diff-files", "-z", "--name-only"])? {
        if differing.contains(&path) {
            kept.push(path);
        } else {
            git.run(&["checkout-index", "-f", "--", &path])?;
        }
    }
    for path in
        git.entries(&["diff-tree", "-r", "-z", "--name-only", "--diff-filter=D", base, head])?
    {
        if !differing.contains(&path) {
            fs::remove_file(place.tree().join(&path))?;
        }
    }
    if !kept.is_empty() {
        eprintln!(
            "note: {} files of the tree differ from upstream and the series; kept as edits:",
            kept.len()
        );
        kept.iter().take(20).for_each(|path| eprintln!("  {path}"));
    }
    git.refresh()
}

/// Moves tree and index from one commit to another; writes only files that differ between them.
fn move_tree(git: &Git, old: &str, new: &str) -> Result<()> {
    let now = git.resolve(BRANCH)?.context("the tree has no commit")?;
    if now == new {
        // An earlier run got this far.
        return Ok(());
    }
    if now != old {
        let count = git.line(&["rev-list", "--count", &format!("{old}..{now}")])?;
        return Err(fail(format!(
            "the tree has {count} commits that are not in patches/, and patches/ changed as well"
        ))
        .next(
            "./x.py patch export, after putting your change of patches/ aside; or drop those \
             commits",
        )
        .into());
    }
    let touched = git.entries(&["diff-tree", "-r", "-z", "--name-only", old, new])?;
    for path in git.edited()?.iter().filter(|path| touched.contains(path)) {
        // Already as it is to be: an earlier run was interrupted, or the patch was made from this
        // edit.
        let wanted = git.resolve(&format!("{new}:{path}"))?;
        let hash = git.try_run(&["hash-object", "--no-filters", "--", path], None)?;
        let there =
            hash.status.success().then(|| String::from_utf8_lossy(&hash.stdout).trim().to_owned());
        if there == wanted {
            git.run(&["update-index", "--add", "--remove", "--", path])?;
        }
    }
    let output = git.try_run(&["read-tree", "-m", "-u", old, new], None)?;
    if !output.status.success() {
        let lost: Vec<String> =
            git.edited()?.into_iter().filter(|path| touched.contains(path)).collect();
        let words = String::from_utf8_lossy(&output.stderr);
        let what = if lost.is_empty() { words.trim().to_owned() } else { lost.join(", ") };
        return Err(fail(format!(
            "the tree holds uncommitted edits that the changed series would overwrite: {what}"
        ))
        .next(
            "./x.py patch new NAME or ./x.py patch edit NAME, with the patches as they were; then \
             change them",
        )
        .into());
    }
    git.run(&["update-ref", BRANCH, new]).map(drop)
}

/// The prepared tree, or an error that says how to get one.
pub fn prepared(place: &Place) -> Result<(State, PathBuf)> {
    match State::read(place)? {
        Some(state) if place.tree().is_dir() => Ok((state, place.tree())),
        _ => Err(fail("there is no prepared tree yet").next("./x.py prepare").into()),
    }
}
