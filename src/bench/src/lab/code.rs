//! The size of the code in an object file.

use std::path::Path;

use anyhow::{Context, Result};
use object::{Object, ObjectSymbol, SymbolKind};

/// The name of the functions that return the addresses of a future's functions.
pub const ENTRY: &str = "functions_of_shape";

/// The bytes of all functions but those that name them: the future's `poll` and drop glue, and what these call that was not
/// taken into them.
pub fn code_size(path: &Path) -> Result<u64> {
    let bytes = std::fs::read(path)?;
    let file = object::File::parse(&*bytes)
        .with_context(|| format!("{} is no object file", path.display()))?;
    let symbols = file.symbols().filter(|symbol| {
        symbol.kind() == SymbolKind::Text
            && symbol.is_definition()
            && !symbol.name().is_ok_and(|name| name.starts_with(ENTRY))
    });
    Ok(symbols.map(|symbol| symbol.size()).sum())
}
