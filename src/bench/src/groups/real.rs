//! The futures of real programs, `benches/real`, as the stock compiler lays them out, and as the fork does where all crates
//! are packed.
//!
//! cargo builds the programs twice. It calls this program in place of the compiler, which adds `-Zprint-type-sizes` and keeps
//! what that prints. A future is known by its name, in which its type arguments are, and by the crate that was compiled.

mod sizes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::lab::{Lab, run};
use crate::table::{Bar, Cell, Table};
use sizes::Layout;

/// Set for the wrapper: where the sizes go, and what flags are added.
const FOLDER: &str = "ASYNCDROP_BENCH_SIZES";
const FLAGS: &str = "ASYNCDROP_BENCH_FLAGS";

const PROGRAMS: [&str; 3] = ["web", "mini_redis", "sql"];

/// What the geometric mean may be at most.
const MEAN: f64 = 0.85;

/// Futures that are listed.
const LARGEST: usize = 25;

/// Stands in for the compiler, if cargo called this program as such.
pub fn as_wrapper() -> Option<ExitCode> {
    let folder = std::env::var_os(FOLDER)?;
    match wrap(Path::new(&folder)) {
        Ok(code) => Some(code),
        Err(err) => {
            eprintln!("error: {err:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn wrap(folder: &Path) -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (rustc, words) = words.split_first().context("no compiler is named")?;
    let mut command = Command::new(rustc);
    command.args(words).env_remove(FOLDER);
    let after = |flag: &str| {
        words.iter().position(|word| word == flag).and_then(|index| words.get(index + 1))
    };
    let Some(name) = after("--crate-name").filter(|name| *name != "___") else {
        return Ok(code(command.status()?));
    };
    command.arg("-Zprint-type-sizes").args(std::env::var(FLAGS)?.split_whitespace());
    let output = command.stderr(Stdio::inherit()).output()?;
    let file = tempfile::Builder::new().prefix(&format!("{name}.")).tempfile_in(folder)?;
    std::fs::write(file.path(), output.stdout)?;
    file.keep()?;
    Ok(code(output.status))
}

fn code(status: std::process::ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// One future, compiled by both.
#[derive(Debug, PartialEq, Serialize)]
struct Pair {
    #[serde(rename = "crate")]
    krate: String,
    name: String,
    stock: u64,
    fork: u64,
    /// The live set.
    least: u64,
}

pub fn measure(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let progress = lab.progress("builds of benches/real", 2);
    let stock = stock(lab)?;
    progress.inc(1);
    let fork = build(lab, &lab.options.rustc, "-Zpack-coroutine-layout=yes")?;
    progress.finish_and_clear();
    let (mut pairs, alone) = matched(&stock, &fork);
    pairs.retain(|pair| lab.wants(&pair.name));
    std::fs::write(lab.out.join("real.json"), serde_json::to_string_pretty(&pairs)? + "\n")?;
    Ok(vec![summary(&pairs, alone), largest(&pairs)])
}

/// The stock compiler's layouts, which are kept among the results: they change only with the programs and their crates.
fn stock(lab: &Lab<'_>) -> Result<Layouts> {
    let lock = std::fs::read_to_string(lab.options.repo.join("benches/real/Cargo.lock"))?;
    let path = lab.out.join("real-stock.json");
    let kept = std::fs::read_to_string(&path).ok();
    let kept: Option<Kept> = kept.and_then(|text| serde_json::from_str(&text).ok());
    if let Some(kept) = kept.filter(|kept| kept.rustc == lab.stock && kept.lock == lock) {
        return Ok(kept.layouts.into_iter().collect());
    }
    let layouts = build(lab, &lab.stock, "")?;
    let listed = layouts.clone().into_iter().collect();
    let kept = Kept { rustc: lab.stock.clone(), lock, layouts: listed };
    std::fs::write(path, serde_json::to_string(&kept)?)?;
    Ok(layouts)
}

#[derive(Serialize, Deserialize)]
struct Kept {
    rustc: PathBuf,
    lock: String,
    layouts: Vec<((String, String), Vec<Layout>)>,
}

/// The layouts of all futures, by crate and name.
type Layouts = BTreeMap<(String, String), Vec<Layout>>;

fn build(lab: &Lab<'_>, rustc: &Path, flags: &str) -> Result<Layouts> {
    let (printed, folder) = (lab.folder()?, lab.folder()?);
    let mut command = Command::new("cargo");
    command.args(["build", "--locked", "--bins", "--manifest-path"]);
    command.arg(lab.options.repo.join("benches/real/Cargo.toml"));
    command.arg("--target-dir").arg(folder.join("target"));
    command
        .env("RUSTC", std::path::absolute(rustc)?)
        .env("RUSTC_WRAPPER", std::env::current_exe()?);
    command.env(FOLDER, &printed).env(FLAGS, flags).env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_INCREMENTAL", "0").env_remove("RUSTUP_TOOLCHAIN");
    let finished = run(&mut command, &folder)?;
    // It is large, and may not be there if cargo failed.
    let _ = std::fs::remove_dir_all(folder.join("target"));
    if !finished.status.success() {
        bail!("benches/real does not build with {}:\n{}", rustc.display(), finished.stderr);
    }
    let mut layouts = Layouts::new();
    for entry in printed.read_dir()? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        let krate = file.split('.').next().unwrap_or_default();
        let text = std::fs::read_to_string(entry.path())?;
        for (name, layout) in sizes::futures(&text) {
            layouts.entry((krate.to_owned(), name)).or_default().push(layout);
        }
    }
    for layouts in layouts.values_mut() {
        layouts.sort_by_key(|layout| layout.size);
    }
    Ok(layouts)
}

/// Futures that both have, and how many only one has. Blocks in a generic function have one name for all its instances;
/// they are matched by size.
fn matched(stock: &Layouts, fork: &Layouts) -> (Vec<Pair>, usize) {
    let mut pairs = Vec::new();
    let mut alone = fork.keys().filter(|key| !stock.contains_key(*key)).count();
    for (key, before) in stock {
        let Some(after) = fork.get(key).filter(|after| after.len() == before.len()) else {
            alone += 1;
            continue;
        };
        let (krate, name) = key;
        pairs.extend(before.iter().zip(after).map(|(before, after)| Pair {
            krate: krate.clone(),
            name: name.clone(),
            stock: before.size,
            fork: after.size,
            least: after.least,
        }));
    }
    // A crate that a macro needs too is compiled twice.
    pairs.dedup();
    (pairs, alone)
}

fn summary(pairs: &[Pair], alone: usize) -> Table {
    let columns =
        ["futures", "larger", "smaller", "geometric mean, ‰", "stock", "packed", "live set"];
    let mut table = Table::new(
        "real",
        "Futures of real programs, their bytes in sum",
        "crate",
        &columns,
    )
    .note(
        "The live set is the largest sum of what is alive in one state. A layout is smaller only where the tag is in the padding of \
         what is awaited.",
    )
    .note(&at_live_set(pairs))
    .note(&format!("{alone} futures have no partner: types that only one of the compilers met."))
    .ratio(5, 4, None)
    .ratio(5, 6, None);
    for program in PROGRAMS {
        let of: Vec<&Pair> = pairs.iter().filter(|pair| pair.krate == program).collect();
        table.push(program, sums(&of));
    }
    let libraries: Vec<&Pair> =
        pairs.iter().filter(|pair| !PROGRAMS.contains(&&*pair.krate)).collect();
    table.push("libraries", sums(&libraries));
    let all: Vec<&Pair> = pairs.iter().collect();
    table.push("all", sums(&all));
    let grown: Vec<&Pair> = pairs.iter().filter(|pair| pair.fork > pair.stock).collect();
    let names = grown.iter().map(|pair| format!("; {} {} → {}", pair.name, pair.stock, pair.fork));
    let names = names.collect::<String>();
    table.checks.push((format!("no future grows: {} do{names}", grown.len()), grown.is_empty()));
    let mean = mean(&all, |pair| pair.fork);
    table
        .checks
        .push((format!("geometric mean of all futures: {mean:.3} (≤ {MEAN})"), mean <= MEAN));
    table
}

fn sums(pairs: &[&Pair]) -> Vec<Cell> {
    let count = |which: fn(&Pair) -> bool| pairs.iter().filter(|pair| which(pair)).count() as f64;
    let sum = |of: fn(&Pair) -> u64| pairs.iter().map(|pair| of(pair)).sum::<u64>() as f64;
    let figures = [
        pairs.len() as f64,
        count(|pair| pair.fork > pair.stock),
        count(|pair| pair.fork < pair.stock),
        (mean(pairs, |pair| pair.fork) * 1e3).round(),
        sum(|pair| pair.stock),
        sum(|pair| pair.fork),
        sum(|pair| pair.least),
    ];
    figures.map(Cell::Number).to_vec()
}

fn at_live_set(pairs: &[Pair]) -> String {
    let all: Vec<&Pair> = pairs.iter().collect();
    let at_most = all.iter().filter(|pair| pair.fork <= pair.least).count();
    let below = all.iter().filter(|pair| pair.fork < pair.least).count();
    let mean = mean(&all, |pair| pair.least);
    format!(
        "{at_most} futures are at most at their live set, {below} below it. Its geometric mean is {mean:.3} of stock."
    )
}

/// The geometric mean of what a figure is of the size on stock.
fn mean(pairs: &[&Pair], figure: impl Fn(&Pair) -> u64) -> f64 {
    let ratio = |pair: &&&Pair| (figure(pair).max(1) as f64 / pair.stock.max(1) as f64).ln();
    let sum: f64 = pairs.iter().map(|pair| ratio(&pair)).sum();
    (sum / pairs.len().max(1) as f64).exp()
}

fn largest(pairs: &[Pair]) -> Table {
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.stock));
    pairs.dedup_by_key(|pair| (&pair.name, pair.stock));
    let title = format!("The {LARGEST} largest futures of real programs, in bytes");
    let mut table = Table::new("real-largest", &title, "future", &["stock", "packed", "live set"])
        .note("All are in `real.json`.")
        .ratio(1, 0, Some(Bar::AtMost(1.0)))
        .ratio(1, 2, None);
    for pair in pairs.into_iter().take(LARGEST) {
        let figures = [pair.stock, pair.fork, pair.least];
        let name = format!("`{}`", shortened(&pair.name));
        table.push(&name, figures.map(|figure| Cell::Number(figure as f64)).to_vec());
    }
    table
}

/// A name that a table has room for.
fn shortened(name: &str) -> String {
    const LENGTH: usize = 90;
    let name = name.replace('|', "\\|");
    match name.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layouts(of: &[(&str, &[u64])]) -> Layouts {
        let layout = |&size: &u64| Layout { size, least: size };
        let entry = |&(name, sizes): &(&str, &[u64])| {
            (("web".to_owned(), name.to_owned()), sizes.iter().map(layout).collect())
        };
        of.iter().map(entry).collect()
    }

    #[test]
    fn futures_are_matched_by_name_and_then_by_size() {
        let stock = layouts(&[("a", &[8, 16]), ("b", &[8]), ("c", &[8])]);
        let fork = layouts(&[("a", &[4, 16]), ("b", &[8, 9]), ("d", &[8])]);
        let (pairs, alone) = matched(&stock, &fork);
        assert_eq!(
            pairs.iter().map(|pair| (pair.stock, pair.fork)).collect::<Vec<_>>(),
            [(8, 4), (16, 16)]
        );
        assert_eq!(alone, 3);
        let all: Vec<&Pair> = pairs.iter().collect();
        assert!((mean(&all, |pair| pair.fork) - 0.5_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn those_at_their_live_set_are_counted() {
        let pair = |fork| {
            let (krate, name) = ("web".to_owned(), "a".to_owned());
            Pair { krate, name, stock: 16, fork, least: 8 }
        };
        let counted = at_live_set(&[pair(7), pair(8), pair(9)]);
        assert!(counted.starts_with("2 futures are at most at their live set, 1 below it."));
        assert!(counted.ends_with("0.500 of stock."));
    }

    #[test]
    fn one_that_grows_is_named() {
        let (stock, fork) = (layouts(&[("a", &[8])]), layouts(&[("a", &[9])]));
        let table = summary(&matched(&stock, &fork).0, 0);
        assert!(table.missed().iter().any(|miss| miss.contains("1 do; a 8 → 9")), "{table}");
    }
}
