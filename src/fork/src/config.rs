//! Fills `config.example.toml` in for this machine.

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::host::{on_path, stage0};
use crate::pin::Pin;
use crate::place::Place;
use crate::state::write_if_changed;

/// Writes bootstrap's configuration if it differs from what is there.
pub fn write(place: &Place, pin: &Pin) -> Result<()> {
    let path = place.repo.join("config.example.toml");
    let example = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let stage0 = stage0(pin)?;
    let llvm = |name: &str| {
        let name = format!("{name}-{}", pin.llvm);
        on_path(&name).ok_or_else(|| fail(format!("{name} is not on PATH")).next("./x.py setup"))
    };
    let rustfmt =
        stage0.rustfmt.map_or(String::new(), |path| format!("rustfmt = \"{}\"", path.display()));
    let values = [
        ("@HOST@", stage0.host),
        ("@BUILD_DIR@", place.build_dir().display().to_string()),
        ("@RUSTC@", stage0.rustc.display().to_string()),
        ("@CARGO@", stage0.cargo.display().to_string()),
        ("@RUSTFMT_LINE@", rustfmt),
        ("@LLVM_CONFIG@", llvm("llvm-config")?.display().to_string()),
        ("@FILECHECK@", llvm("FileCheck")?.display().to_string()),
    ];
    let text = values.iter().fold(example, |text, (name, value)| text.replace(name, value));
    toml::from_str::<toml::Table>(&text)
        .with_context(|| format!("{} is not valid TOML when filled in", path.display()))?;
    write_if_changed(&place.bootstrap_toml(), text.as_bytes()).map(drop)
}
