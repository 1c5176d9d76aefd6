//! `link`: makes the built toolchain known to rustup.

use std::process::Command;

use anyhow::Result;

use crate::failure::fail;
use crate::host::on_path;
use crate::pin::Pin;
use crate::place::Place;
use crate::sysroot;

/// Links the stage 1 sysroot under `name`. cargo, rustfmt and clippy fall back to rustup's.
pub fn link(place: &Place, pin: &Pin, name: &str) -> Result<()> {
    let sysroot = sysroot::whole(place, pin)?;
    if on_path("rustup").is_none() {
        return Err(fail("rustup is not on PATH, so there is nothing to link into")
            .next(format!("RUSTC={} cargo run", sysroot.join("bin/rustc").display()))
            .into());
    }
    let status = Command::new("rustup").args(["toolchain", "link", name]).arg(&sysroot).status()?;
    if !status.success() {
        return Err(fail(format!("rustup toolchain link failed: {status}")).into());
    }
    println!("linked: cargo +{name} build");
    Ok(())
}
