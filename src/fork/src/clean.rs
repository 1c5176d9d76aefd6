//! `clean`: removes what can be made again, and only from folders this tool made.

use std::fs;

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::git::{BRANCH, Git};
use crate::host::used;
use crate::overlay;
use crate::place::Place;
use crate::state::State;

/// Removes the build folder; with `all`, the tree, the logs and the downloads as well.
pub fn clean(place: &Place, all: bool) -> Result<()> {
    if !place.keyed.exists() {
        println!("nothing to remove at {}", place.keyed.display());
        return Ok(());
    }
    if !Place::is_marked(&place.keyed) {
        return Err(fail(format!(
            "{} was not made by this tool; nothing is removed",
            place.keyed.display()
        ))
        .into());
    }
    let lock = place.lock("clean")?;
    if all {
        refuse_to_lose_work(place)?;
    }
    let mut folders = Vec::new();
    if place.build_dir().starts_with(&place.keyed) {
        folders.push(place.build_dir());
    } else {
        println!("{} is outside the cache; remove it by hand", place.build_dir().display());
    }
    if all {
        let keyed = ["tree", "git", "logs", "dist", "demo"].map(|name| place.keyed.join(name));
        folders.extend(keyed);
        folders.push(place.downloads());
    }
    let mut freed = 0;
    for folder in folders.iter().filter(|folder| folder.exists()) {
        freed += used(folder);
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
        println!("removed {}", folder.display());
    }
    if all {
        for name in ["state.toml", "bootstrap.toml"] {
            let path = place.keyed.join(name);
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
    }
    drop(lock);
    println!("{:.1} GiB freed", freed as f64 / f64::from(1 << 30));
    Ok(())
}

/// Edits and commits that are only in the tree stop `clean --all`.
fn refuse_to_lose_work(place: &Place) -> Result<()> {
    let Some(state) = State::read(place)? else { return Ok(()) };
    let git = Git::of(place);
    if !place.tree().is_dir() || state.head.is_empty() {
        return Ok(());
    }
    let mut edits = git.edited()?;
    let (ours, strays) = overlay::untracked(&git, &state)?;
    edits.extend(ours);
    edits.extend(strays);
    if edits.is_empty() && git.resolve(BRANCH)?.as_deref() == Some(&state.head) {
        return Ok(());
    }
    Err(fail(format!("the tree holds work that is not in patches/: {}", edits.join(", ")))
        .next("./x.py patch new NAME or ./x.py patch export")
        .into())
}
