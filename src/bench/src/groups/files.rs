//! The programs of `benches/` that compare two ways of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::lab::{Lab, run};
use crate::table::{Bar, Cell, Table};

/// Compiles a file of `benches/`.
fn compile(lab: &Lab<'_>, rustc: &Path, name: &str, flags: &[&str]) -> Result<PathBuf> {
    let folder = lab.folder()?;
    let path = folder.join("made");
    let mut command = lab.rustc(rustc);
    command.arg("-Copt-level=3").args(flags).arg("-o").arg(&path);
    command.arg(lab.options.repo.join("benches").join(name));
    let finished = run(&mut command, &folder)?;
    if !finished.status.success() {
        bail!("benches/{name} does not compile:\n{}", finished.stderr);
    }
    Ok(path)
}

/// A line of what `owners` writes.
#[derive(Deserialize)]
struct Case {
    case: String,
    bar: Option<f64>,
    implicit: f64,
    by_hand: f64,
}

pub fn owners(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let program = compile(lab, &lab.options.rustc, "owners.rs", &[])?;
    let json = lab.folder()?.join("owners.json");
    let progress = lab.progress("owners", 1);
    // It fails if a bar is missed, which is seen here too.
    let words = ["--json", &json.to_string_lossy(), &lab.options.filter];
    let finished = lab.execute(&program, &words)?;
    progress.finish_and_clear();
    let text = std::fs::read_to_string(&json)
        .with_context(|| format!("owners wrote nothing: {:?}", finished.err()))?;
    let mut table = Table::new(
        "owners",
        "Instructions to drop an owner of 10,000 values",
        "owner",
        &["implicit", "by hand"],
    )
    .note("The bar holds for slices, `Vec` and `Arc`.")
    .ratio(0, 1, Some(Bar::AtMost(1.0)));
    for case in serde_json::from_str::<Vec<Case>>(&text)? {
        table.push(&case.case, vec![Cell::Number(case.implicit), Cell::Number(case.by_hand)]);
        if let Some(row) = table.rows.last_mut() {
            row.judged = case.bar.is_some();
        }
    }
    Ok(vec![table])
}

/// Sizes by name, as `future_size` prints them.
fn sizes(lab: &Lab<'_>, rustc: &Path, flags: &[&str]) -> Result<BTreeMap<String, f64>> {
    let program = compile(lab, rustc, "future_size.rs", flags)?;
    let printed = match lab.execute(&program, &[])? {
        Ok(finished) => finished.stdout,
        Err(why) => bail!("future_size: {why}"),
    };
    let row = |line: &str| {
        let (name, size) = line.rsplit_once(' ')?;
        Some((name.trim().to_owned(), size.parse().ok()?))
    };
    Ok(printed.lines().filter_map(row).collect())
}

const BY_HAND: &str = "closed by hand: ";
const AWAITED: &str = "awaited: ";

pub fn futures(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let fork = &lab.options.rustc;
    let with = sizes(lab, fork, &["--cfg=on"])?;
    let without = sizes(lab, fork, &["-Zpack-coroutine-layout=yes"])?;
    let stock = sizes(lab, &lab.stock, &[])?;
    let cell = |sizes: &BTreeMap<String, f64>, name: &str| match sizes.get(name) {
        Some(size) => Cell::Number(*size),
        None => Cell::Not(String::new()),
    };
    let wanted = || without.keys().filter(|name| lab.wants(name));
    let mut plain = Table::new(
        "plain-futures",
        "Size of futures of plain values, in bytes",
        "future",
        &["with the feature", "without it", "stock"],
    )
    .note("Packed with the feature and without it.")
    .ratio(0, 1, Some(Bar::AtMost(1.0)));
    for name in wanted().filter(|name| !name.starts_with(BY_HAND)) {
        plain.push(name, vec![cell(&with, name), cell(&without, name), cell(&stock, name)]);
    }
    let mut large = Table::new(
        "large-guards",
        "Size of futures of values of 100 bytes, in bytes",
        "future",
        &["implicit", "by hand", "by hand, stock"],
    )
    .note("Slowly: the close needs 1,000 bytes of its own.")
    .ratio(0, 1, Some(Bar::AtMost(1.0)))
    .ratio(0, 2, Some(Bar::Below(0.9)));
    for name in wanted() {
        if let Some(what) = name.strip_prefix(BY_HAND) {
            let awaited = format!("{AWAITED}{what}");
            large.push(what, vec![cell(&with, &awaited), cell(&without, name), cell(&stock, name)]);
        }
    }
    Ok(vec![plain, large])
}
