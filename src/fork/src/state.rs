//! What the tool did to the tree last time: `state.toml` in the keyed folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::place::Place;

/// The stamp of the prepared tree.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What the base commit was made from: the source and how it was mended.
    pub mended: String,
    /// The commit of the mended source.
    pub base: String,
    /// The digest of the series that `head` was made from.
    pub series: String,
    /// The commit that the series gave.
    pub head: String,
    /// Names in the series.
    pub patches: Vec<String>,
    /// Overlay files in the tree, with the SHA-256 they were written with.
    pub overlay: BTreeMap<String, String>,
}

impl State {
    /// Reads the stamp, if there is one.
    pub fn read(place: &Place) -> Result<Option<Self>> {
        let path = place.keyed.join("state.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map(Some)
                .with_context(|| format!("{} is not as expected", path.display())),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(err).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes the stamp.
    pub fn write(&self, place: &Place) -> Result<()> {
        write_if_changed(&place.keyed.join("state.toml"), toml::to_string(self)?.as_bytes())
            .map(drop)
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file only if its content differs, and never half. Says whether it wrote.
pub fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    write_whole(path, content)?;
    Ok(true)
}

/// Writes a file under a temporary name and renames it.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let attempt = || -> Result<()> {
        let folder = path.parent().context("a file has a folder")?;
        std::fs::create_dir_all(folder)?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        let mut temporary = tempfile::Builder::new().permissions(mode).tempfile_in(folder)?;
        temporary.write_all(content)?;
        temporary.persist(path)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}
