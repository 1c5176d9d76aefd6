//! `patch check` and `patch list`.

use std::fs;

use anyhow::Result;

use super::commits::{self, Commit};
use crate::bootstrap::Job;
use crate::git::{BRANCH, Git};
use crate::place::Place;
use crate::prepare::prepare;
use crate::series::{self, Patch};

/// Everything that is wrong with the series, a line each.
pub fn faults(job: &Job) -> Result<Vec<String>> {
    let place = job.place;
    let mut faults = unlisted(place)?;
    for name in series::names(&place.patches())? {
        if !place.patches().join(format!("{name}.patch")).is_file() {
            faults.push(format!("patches/series: {name}.patch is listed but missing"));
        }
    }
    if !faults.is_empty() {
        return Ok(faults);
    }
    let patches = series::read(place)?;
    for patch in &patches {
        faults.extend(
            patch.header_fault().map(|fault| format!("patches/{}.patch: {fault}", patch.name)),
        );
        faults.extend(content_faults(patch));
    }
    let state = prepare(place, job.pin, job.source)?;
    let git = Git::of(place);
    for (patch, commit) in patches.iter().zip(commits::between(&git, &state.base, &state.head)?) {
        if on_disk(place, &patch.name)? != commit.patch.text() {
            faults.push(format!(
                "patches/{}.patch: stale, an export would write it differently",
                patch.name
            ));
        }
    }
    for Commit { patch, .. } in commits::between(&git, &state.head, BRANCH)? {
        faults.push(format!("the tree's commit `{}` is not in patches/", patch.name));
    }
    let edited = git.edited()?;
    if !edited.is_empty() {
        eprintln!("note: uncommitted edits in the tree, in no patch: {}", edited.join(", "));
    }
    Ok(faults)
}

fn on_disk(place: &Place, name: &str) -> Result<String> {
    Ok(fs::read_to_string(place.patches().join(format!("{name}.patch")))?)
}

/// Files in `patches/` that the series does not name.
fn unlisted(place: &Place) -> Result<Vec<String>> {
    let folder = place.patches();
    let names = series::names(&folder)?;
    let Ok(entries) = folder.read_dir() else { return Ok(Vec::new()) };
    let mut faults: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|file| {
            file.strip_suffix(".patch")
                .is_some_and(|name| !names.iter().any(|listed| listed == name))
        })
        .map(|file| format!("patches/{file}: not in patches/series"))
        .collect();
    faults.sort();
    Ok(faults)
}

/// A patch changes upstream files; it neither makes new ones nor holds binary ones.
fn content_faults(patch: &Patch) -> Vec<String> {
    let mut faults = Vec::new();
    let mut file = "";
    for line in patch.diff.lines() {
        if let Some(rest) = line.strip_prefix("diff --git a/") {
            file = rest.split(" b/").next().unwrap_or(rest);
        } else if line.starts_with("new file mode") {
            faults.push(format!(
                "patches/{}.patch: creates {file}, which belongs in the checkout as {file}",
                patch.name
            ));
        } else if line.starts_with("Binary files") || line.starts_with("GIT binary patch") {
            faults.push(format!("patches/{}.patch: {file} is binary", patch.name));
        }
    }
    if patch.diff.is_empty() {
        faults.push(format!("patches/{}.patch: changes nothing", patch.name));
    }
    faults
}

/// One line a patch: name, what it does, its size; then the total.
pub fn list(place: &Place) -> Result<()> {
    let patches = series::read(place)?;
    let (mut added, mut removed) = (0, 0);
    for patch in &patches {
        let (plus, minus) = patch.size();
        added += plus;
        removed += minus;
        println!(
            "{:32} +{plus:<4} -{minus:<4} {}",
            patch.name,
            patch.header.lines().next().unwrap_or_default()
        );
    }
    println!("{} patches, +{added} -{removed} lines", patches.len());
    Ok(())
}
