//! `print`: one path, for scripts.

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::What;
use crate::pin::Pin;
use crate::place::Place;
use crate::sysroot;

/// The path asked for, whether or not it exists yet.
pub fn path(place: &Place, pin: &Pin, what: What) -> Result<PathBuf> {
    Ok(match what {
        What::Rustc => sysroot::path(place, pin)?.join("bin/rustc"),
        What::Sysroot => sysroot::path(place, pin)?,
        What::Tree => place.tree(),
        What::Git => place.git(),
        What::BuildDir => place.build_dir(),
        What::Cache => place.root.clone(),
    })
}
