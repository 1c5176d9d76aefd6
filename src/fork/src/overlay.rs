//! Our own files: the parts of the checkout that stand at upstream paths, and their copies in the
//! tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::git::Git;
use crate::pin::{Pin, within};
use crate::place::Place;
use crate::state::{State, sha256, write_whole};

/// The overlay files of a checkout, with their SHA-256.
pub type Files = BTreeMap<String, String>;

/// Lists the overlay files of the checkout; what `.gitignore` names is not among them.
pub fn files(place: &Place, pin: &Pin) -> Result<Files> {
    let mut found = Files::new();
    for root in &pin.overlay.roots {
        let folder = place.repo.join(root);
        if !folder.is_dir() {
            continue;
        }
        let walk = ignore::WalkBuilder::new(folder)
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .build();
        for entry in walk {
            let entry = entry?;
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                continue;
            }
            let path =
                entry.path().strip_prefix(&place.repo).context("the walk stays in the checkout")?;
            let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
            if !pin.overlay.except.iter().any(|folder| within(path, folder)) {
                let content =
                    fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
                found.insert(path.to_owned(), sha256(&content));
            }
        }
    }
    Ok(found)
}

/// An overlay file must not hide an upstream file, unless it is named under `replaces`, and what is
/// named there must exist.
pub fn check(git: &Git, base: &str, files: &Files, pin: &Pin) -> Result<()> {
    if let Some(path) = pin.replaces.iter().find(|path| !files.contains_key(*path)) {
        return Err(fail(format!(
            "`replaces` in upstream.toml names {path}, but the checkout has no such file"
        ))
        .next("write that file, or remove the line")
        .into());
    }
    let upstream: BTreeSet<String> =
        git.entries(&["ls-tree", "-r", "-z", "--name-only", base])?.into_iter().collect();
    let Some(path) = files.keys().find(|path| upstream.contains(*path)) else { return Ok(()) };
    Err(fail(format!("the checkout's {path} would hide upstream's {path}"))
        .next(format!(
            "move it, or make it a patch, or name {path} under `replaces` in upstream.toml"
        ))
        .into())
}

/// What has to be done to the tree's copies.
#[derive(Debug, Default)]
pub struct Plan {
    write: Vec<String>,
    remove: Vec<String>,
    /// Taken aside before they are overwritten or removed.
    save: Vec<String>,
    /// Edited in the tree, unchanged in the checkout.
    pub edited: Vec<String>,
}

/// Compares checkout, tree and stamp; refuses where both sides were edited.
pub fn plan(place: &Place, files: &Files, state: Option<&State>) -> Result<Plan> {
    let tree = place.tree();
    let empty = Files::new();
    let written = state.map_or(&empty, |state| &state.overlay);
    let mut plan = Plan::default();
    for (path, ours) in files {
        let Some(there) = digest_of(&tree.join(path))? else {
            plan.write.push(path.clone());
            continue;
        };
        if there == *ours {
            continue;
        }
        match written.get(path) {
            Some(before) if *before == there => plan.write.push(path.clone()),
            Some(before) if before == ours => plan.edited.push(path.clone()),
            Some(_) => return Err(both_edited(place, path)),
            None => {
                plan.save.push(path.clone());
                plan.write.push(path.clone());
            }
        }
    }
    for (path, before) in written.iter().filter(|(path, _)| !files.contains_key(*path)) {
        if let Some(there) = digest_of(&tree.join(path))? {
            if there != *before {
                plan.save.push(path.clone());
            }
            plan.remove.push(path.clone());
        }
    }
    Ok(plan)
}

fn both_edited(place: &Place, path: &str) -> anyhow::Error {
    let (here, there) = (place.repo.join(path), place.tree().join(path));
    fail(format!("{path} was edited both in the checkout and in the tree"))
        .next(format!(
            "compare {} and {}, then copy the one you want over the other",
            here.display(),
            there.display()
        ))
        .into()
}

impl Plan {
    /// Takes files aside and removes what the checkout no longer has. Comes before the tree moves
    /// to other commits.
    pub fn remove(&self, place: &Place) -> Result<()> {
        let tree = place.tree();
        for path in &self.save {
            let aside = place.saved().join(path);
            write_whole(&aside, &fs::read(tree.join(path))?)?;
            eprintln!("note: the tree's own {path} was kept as {}", aside.display());
        }
        for path in &self.remove {
            fs::remove_file(tree.join(path))
                .with_context(|| format!("cannot remove the tree's {path}"))?;
            remove_empty_folders(&tree, path);
        }
        Ok(())
    }

    /// Copies what is missing or differs. Comes after the tree moved to other commits.
    pub fn write(&self, place: &Place) -> Result<()> {
        for path in &self.write {
            write_whole(&place.tree().join(path), &fs::read(place.repo.join(path))?)?;
        }
        Ok(())
    }
}

/// Takes edits of overlay files, and new files in folders that are ours alone, from the tree into
/// the checkout. Returns the paths that were copied.
pub fn bring_back(place: &Place, pin: &Pin, git: &Git, state: &mut State) -> Result<Vec<String>> {
    let mut copied = plan(place, &files(place, pin)?, Some(state))?.edited;
    let (ours, strays) = untracked(git, state)?;
    if let Some(path) = strays.first() {
        return Err(fail(format!(
            "{path} is new in the tree; a new file belongs in the checkout, not in a patch"
        ))
        .next(format!(
            "mv {} {}",
            place.tree().join(path).display(),
            place.repo.join(path).display()
        ))
        .into());
    }
    // What stands in the checkout as well is for `plan` to compare.
    copied.extend(ours.into_iter().filter(|path| !place.repo.join(path).exists()));
    for path in &copied {
        let content = fs::read(place.tree().join(path))?;
        write_whole(&place.repo.join(path), &content)?;
        state.overlay.insert(path.clone(), sha256(&content));
    }
    Ok(copied)
}

/// New files in the tree: those in folders that hold only overlay files, and the others.
pub fn untracked(git: &Git, state: &State) -> Result<(Vec<String>, Vec<String>)> {
    let new = git.entries(&["ls-files", "-z", "--others", "--exclude-standard"])?;
    let tracked = git.entries(&["ls-files", "-z"])?;
    let folders = |paths: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
        let parents = |path: &String| {
            Path::new(path).ancestors().skip(1).map(Path::to_owned).collect::<Vec<_>>()
        };
        paths.flat_map(parents).filter_map(|folder| folder.to_str().map(str::to_owned)).collect()
    };
    let upstream = folders(&mut tracked.iter());
    let ours: BTreeSet<String> =
        folders(&mut state.overlay.keys()).difference(&upstream).cloned().collect();
    Ok(new.into_iter().partition(|path| ours.iter().any(|folder| within(path, folder))))
}

/// Patterns for git's exclude file: our files, and what building leaves in the tree.
pub fn excludes(files: &Files, pin: &Pin) -> String {
    let mut text = String::from("__pycache__/\n*.asyncdrop-part\n*.orig\n*.rej\n*.swp\n*~\n");
    for path in pin.mend.generated.iter().chain(files.keys()) {
        text.push('/');
        for c in path.chars() {
            if matches!(c, '*' | '?' | '[' | ']' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('\n');
    }
    text
}

fn digest_of(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(sha256(&content))),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(err) => Err(err).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Removes the folders above `path` that are empty now.
fn remove_empty_folders(tree: &Path, path: &str) {
    for folder in
        Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty())
    {
        // A folder that still holds something is not removed, and neither is any above it.
        if fs::remove_dir(tree.join(folder)).is_err() {
            break;
        }
    }
}
