//! What the compiler takes.

use anyhow::{Result, bail};

use super::growth::{COUNTS, linear};
use crate::lab::{Lab, Product};
use crate::shape::{self, Growth, Shape};
use crate::side::Side;
use crate::table::{Bar, Cell, Table};

const SIDES: [Side; 2] = [Side::Implicit, Side::ByHand];

/// Compilations of each program, of which the least is taken.
const RUNS: usize = 5;

/// How often all shapes are in one crate.
const COPIES: usize = 10;

/// Below this, the ratio is that of the compiler's start.
const JUDGED: u64 = 64;

pub fn measure(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for growth in Growth::ALL.into_iter().filter(|growth| lab.wants(growth.name())) {
        let rows: Vec<(String, Vec<Shape>, bool)> = COUNTS
            .iter()
            .map(|&count| (count.to_string(), vec![growth.shape(count)], count >= JUDGED))
            .collect();
        let name = format!("growth-{}", growth.name());
        for mut table in two_tables(lab, &name, growth.what(), "guards", &rows)? {
            table.line = true;
            table.checks.extend(linear(&table));
            tables.push(table);
        }
    }
    if lab.wants("all shapes") {
        let all = shape::all(&lab.options.repo)?;
        let copies: Vec<Shape> = (0..COPIES).flat_map(|_| all.clone()).collect();
        let what = format!("a crate that has each shape {COPIES} times");
        let row = ("all shapes".to_owned(), copies, true);
        tables.extend(two_tables(lab, "all", &what, "crate", &[row])?);
    }
    Ok(tables)
}

/// Time, and memory.
fn two_tables(
    lab: &Lab<'_>,
    name: &str,
    what: &str,
    row: &str,
    rows: &[(String, Vec<Shape>, bool)],
) -> Result<[Table; 2]> {
    let table = |metric: &str, title: &str| {
        let (name, title) = (format!("{name}-{metric}"), format!("{title}: {what}"));
        Table::new(&name, &title, row, &SIDES.map(Side::name)).ratio(0, 1, Some(Bar::AtMost(1.05)))
    };
    let runs = if lab.options.quick { 2 } else { RUNS };
    let mut time = table("compile-time", "Milliseconds to compile, at opt-level 3")
        .note(&format!("Processor time, the least of {runs} runs."));
    let mut memory = table("compile-memory", "The compiler's memory at its peak, in MiB");
    let progress = lab.progress("compiling", rows.len() * runs);
    for (name, shapes, judged) in rows {
        let shapes: Vec<&Shape> = shapes.iter().collect();
        let mut least = [(f64::MAX, f64::MAX); 2];
        for _ in 0..runs {
            for (side, least) in SIDES.into_iter().zip(&mut least) {
                match lab.compile(&shapes, side, Product::Functions, "3")? {
                    Ok(made) => {
                        least.0 = least.0.min(made.time.as_secs_f64() * 1e3);
                        least.1 = least.1.min(made.memory as f64 / f64::from(1 << 20));
                    }
                    Err(why) => bail!("{name} ({}): {why}", side.name()),
                }
            }
            progress.inc(1);
        }
        time.push(name, least.map(|least| Cell::Number(least.0)).to_vec());
        memory.push(name, least.map(|least| Cell::Number(least.1)).to_vec());
        for table in [&mut time, &mut memory] {
            if let Some(row) = table.rows.last_mut() {
                row.judged = *judged;
            }
        }
    }
    progress.finish_and_clear();
    Ok([time, memory])
}
