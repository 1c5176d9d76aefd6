//! `fetch`: the pinned source, from where it was asked for, from the cache, or from Debian's
//! archive.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::apt;
use crate::failure::fail;
use crate::pin::Pin;
use crate::place::Place;
use crate::progress::Progress;
use crate::source::{Source, check_sha256};

/// Returns a checked source. `asked` is what `--source` or `RUST_SOURCE` named.
pub fn fetch(place: &Place, pin: &Pin, asked: Option<&Path>) -> Result<Source> {
    if let Some(path) = asked {
        return Source::check(&std::path::absolute(path)?, pin);
    }
    let kept = place.downloads().join(&pin.source.file);
    if kept.is_file() {
        return Source::check(&kept, pin);
    }
    place.create()?;
    fs::create_dir_all(place.downloads())
        .with_context(|| format!("cannot create {}", place.downloads().display()))?;
    let progress = Progress::new("fetch");
    let scratch = tempfile::Builder::new().prefix("fetch-").tempdir_in(place.downloads())?;
    let part = scratch.path().join("part");
    let from = match apt::fetch(&pin.source, scratch.path(), &part, &progress) {
        Ok(()) => "the package archive".to_owned(),
        Err(err) => {
            let Some(beside) = beside(place, pin) else { return Err(offline(&err, pin)) };
            fs::copy(&beside, &part)
                .with_context(|| format!("cannot copy {}", beside.display()))?;
            beside.display().to_string()
        }
    };
    check_sha256(&part, &pin.source.sha256)?;
    fs::rename(&part, &kept)?;
    progress.done(&format!("{} from {from}", pin.source.file));
    Source::check(&kept, pin)
}

/// The same tarball in `../shared/upstream` beside the checkout, for machines whose archive lacks
/// it.
fn beside(place: &Place, pin: &Pin) -> Option<PathBuf> {
    let path = place.repo.parent()?.join("shared/upstream").join(&pin.source.file);
    path.is_file().then_some(path)
}

fn offline(err: &anyhow::Error, pin: &Pin) -> anyhow::Error {
    let causes: Vec<String> = err.chain().map(ToString::to_string).collect();
    fail(format!("cannot fetch {}: {}", pin.source.file, causes.join(": ")))
        .next(format!(
            "with a network, run the command again; without one, add --source FILE: that file, or \
             the official source tarball or a git checkout of {}",
            pin.version
        ))
        .into()
}
