//! Measures what async drop costs against the same code with closes written by hand, and compares it with the bars.
//!
//! The programs are in `benches/`. A *shape* is a small async body, in two forms: one that leaves its guards to their
//! drops, and one that closes them by hand. A *side* is a way to compile a shape: what its guards do, and which compiler.

mod cli;
mod groups;
mod lab;
mod report;
mod shape;
mod side;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;

use cli::Options;
use groups::GROUPS;
use lab::Lab;
use report::Report;

fn main() -> ExitCode {
    if let Some(code) = groups::as_wrapper() {
        return code;
    }
    match bench(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether no bar is missed.
fn bench(options: &Options) -> Result<bool> {
    if options.list {
        for group in GROUPS {
            println!("{:<16} {}", group.name, group.what);
        }
        for shape in shape::all(&options.repo)? {
            println!("{:<16} {}", format!("  {}", shape.name), shape.what);
        }
        return Ok(true);
    }
    let unknown = |name: &&String| GROUPS.iter().all(|group| group.name != **name);
    if let Some(name) = options.groups.iter().find(unknown) {
        bail!("there is no group {name}: ./x.py bench --list");
    }
    let start = Instant::now();
    let lab = Lab::new(options)?;
    let mut report = Report::new(&lab);
    let wanted = |name: &str| match options.groups.as_slice() {
        [] => name != groups::REAL || options.real,
        groups => groups.iter().any(|group| group == name) || options.real && name == groups::REAL,
    };
    for group in GROUPS.iter().filter(|group| wanted(group.name)) {
        let tables = (group.measure)(&lab).with_context(|| format!("the group {}", group.name))?;
        for table in tables.into_iter().filter(|table| !table.rows.is_empty()) {
            println!("{table}");
            report.tables.push(table);
        }
    }
    report.seconds = start.elapsed().as_secs();
    report.write(&lab.out)?;
    let missed: Vec<String> = report.missed();
    for miss in &missed {
        println!("missed: {miss}");
    }
    println!(
        "{} bars held, {} missed; {}",
        report.held(),
        missed.len(),
        lab.out.join("bench.md").display()
    );
    Ok(missed.is_empty())
}
