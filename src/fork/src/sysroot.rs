//! The stage 1 sysroot: where it is, and whether it is whole.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::failure::fail;
use crate::host::stage0;
use crate::pin::Pin;
use crate::place::Place;

/// Where bootstrap puts the stage 1 sysroot.
pub fn path(place: &Place, pin: &Pin) -> Result<PathBuf> {
    Ok(place.build_dir().join(stage0(pin)?.host).join("stage1"))
}

/// The sysroot, or an error if it has no compiler or no standard library. Reassembling the compiler
/// empties it.
pub fn whole(place: &Place, pin: &Pin) -> Result<PathBuf> {
    let sysroot = path(place, pin)?;
    let libraries = sysroot.join("lib/rustlib").join(stage0(pin)?.host).join("lib");
    let missing = if !sysroot.join("bin/rustc").is_file() {
        "compiler"
    } else if !has_std(&libraries) {
        "standard library"
    } else {
        return Ok(sysroot);
    };
    Err(fail(format!("the stage 1 sysroot {} has no {missing}", sysroot.display()))
        .next("./x.py build")
        .into())
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    let is_std = |name: &str| name.starts_with("libstd-") && name.ends_with(".rlib");
    entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(is_std))
}
