//! `patch export`: from commits to files, and back to the one form commits have.

use std::fs;

use anyhow::{Context, Result};

use super::commits;
use crate::bootstrap::Job;
use crate::failure::fail;
use crate::git::{BRANCH, Git};
use crate::overlay;
use crate::place::Place;
use crate::prepare::prepared;
use crate::series::{self, Patch};
use crate::state::{State, write_if_changed};

/// Writes `patches/` and takes edited overlay files into the checkout.
pub fn export(job: &Job) -> Result<()> {
    let git = Git::of(job.place);
    let (mut state, _) = prepared(job.place)?;
    for path in overlay::bring_back(job.place, job.pin, &git, &mut state)? {
        println!("copied {path} into the checkout");
    }
    state.write(job.place)?;
    write_series(job.place, &git, state)
}

/// Writes the tree's commits as the series, then makes the commits what applying that series gives.
pub fn write_series(place: &Place, git: &Git, mut state: State) -> Result<()> {
    refuse_foreign_series(place, &state)?;
    let patches: Vec<Patch> =
        commits::all(git, &state.base)?.into_iter().map(|commit| commit.patch).collect();
    for patch in &patches {
        series::check_name(&patch.name)
            .with_context(|| format!("the commit `{}` cannot be a patch", patch.name))?;
        if patches.iter().filter(|other| other.name == patch.name).count() > 1 {
            return Err(fail(format!("two commits are called {}", patch.name)).into());
        }
    }
    let head = series::apply(git, &state.base, &patches)?;
    let tree_of = |commit: &str| git.line(&["rev-parse", &format!("{commit}^{{tree}}")]);
    if tree_of(&head)? != tree_of(BRANCH)? {
        return Err(fail(
            "the exported series does not give the tree's content again; nothing was written",
        )
        .into());
    }
    let folder = place.patches();
    for patch in &patches {
        if write_if_changed(&folder.join(format!("{}.patch", patch.name)), patch.text().as_bytes())?
        {
            println!("wrote patches/{}.patch", patch.name);
        }
    }
    let names: Vec<String> = patches.iter().map(|patch| patch.name.clone()).collect();
    if series::names(&folder)? != names {
        let listing: String = names.iter().map(|name| format!("{name}.patch\n")).collect();
        write_if_changed(&folder.join("series"), listing.as_bytes())?;
    }
    for name in state.patches.iter().filter(|name| !names.contains(name)) {
        let path = folder.join(format!("{name}.patch"));
        if path.exists() {
            fs::remove_file(&path)?;
            println!("removed patches/{name}.patch");
        }
    }
    git.run(&["update-ref", BRANCH, &head])?;
    state.series = series::digest(&state.base, &patches);
    state.head = head;
    println!("patches/ holds the tree's {} patches", names.len());
    state.patches = names;
    state.write(place)
}

/// Patch files that were changed since the tree was prepared must not be overwritten.
fn refuse_foreign_series(place: &Place, state: &State) -> Result<()> {
    if series::digest(&state.base, &series::read(place)?) == state.series {
        return Ok(());
    }
    Err(fail("patches/ was changed since the tree was prepared; an export would overwrite that")
        .next("./x.py prepare, then the same command again")
        .into())
}
