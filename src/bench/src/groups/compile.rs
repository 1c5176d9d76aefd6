//! What the compiler takes.

use anyhow::{Result, bail};

use super::growth::{COUNTS, linear};
use crate::lab::{Attempt, Lab, Product};
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
        let rows = COUNTS.iter().map(|&count| Row {
            name: count.to_string(),
            shapes: vec![growth.shape(count)],
            judged: count >= JUDGED,
        });
        let crates = Crates {
            name: format!("growth-{}", growth.name()),
            what: growth.what().to_owned(),
            row: "guards",
            rows: rows.collect(),
        };
        for mut table in crates.measure(lab)? {
            table.line = true;
            table.checks.extend(linear(&table));
            tables.push(table);
        }
    }
    if lab.wants("all shapes") {
        let all = shape::all(&lab.options.repo)?;
        let shapes: Vec<Shape> = (0..COPIES).flat_map(|_| all.clone()).collect();
        let crates = Crates {
            name: "all".to_owned(),
            what: format!("a crate that has each shape {COPIES} times"),
            row: "crate",
            rows: vec![Row { name: "all shapes".to_owned(), shapes, judged: true }],
        };
        tables.extend(crates.measure(lab)?);
    }
    Ok(tables)
}

/// Crates that are rows of the same tables.
struct Crates {
    name: String,
    what: String,
    row: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    shapes: Vec<Shape>,
    judged: bool,
}

impl Crates {
    /// Instructions, time, and memory.
    fn measure(&self, lab: &Lab<'_>) -> Result<[Table; 3]> {
        let [time, memory] = self.time_and_memory(lab)?;
        Ok([self.instructions(lab)?, time, memory])
    }

    fn instructions(&self, lab: &Lab<'_>) -> Result<Table> {
        let compilations: Vec<(&Row, Side)> =
            self.rows.iter().flat_map(|row| SIDES.map(|side| (row, side))).collect();
        let counted = |&(row, side): &(&Row, Side)| {
            let shapes: Vec<&Shape> = row.shapes.iter().collect();
            taken(row, side, lab.instructions_of_compiler(&shapes, side)?)
        };
        let counts = lab.each("counting what compiling takes", &compilations, counted)?;
        let mut table =
            self.table("instructions", "Million instructions to compile, at opt-level 3");
        for (row, counts) in self.rows.iter().zip(counts.chunks(SIDES.len())) {
            push(&mut table, row, counts.iter().map(|&count| count as f64 / 1e6));
        }
        Ok(table.note("All threads, as callgrind counts them."))
    }

    fn time_and_memory(&self, lab: &Lab<'_>) -> Result<[Table; 2]> {
        let runs = if lab.options.quick { 2 } else { RUNS };
        let mut time = self
            .table("time", "Milliseconds to compile, at opt-level 3")
            .note(&format!("Processor time, the least of {runs} runs."));
        let mut memory = self.table("memory", "The compiler's memory at its peak, in MiB");
        let progress = lab.progress("compiling", self.rows.len() * runs);
        for row in &self.rows {
            let shapes: Vec<&Shape> = row.shapes.iter().collect();
            let mut least = [(f64::MAX, f64::MAX); 2];
            for _ in 0..runs {
                for (side, least) in SIDES.into_iter().zip(&mut least) {
                    let made = lab.compile(&shapes, side, Product::Functions, "3")?;
                    let made = taken(row, side, made)?;
                    least.0 = least.0.min(made.time.as_secs_f64() * 1e3);
                    least.1 = least.1.min(made.memory as f64 / f64::from(1 << 20));
                }
                progress.inc(1);
            }
            push(&mut time, row, least.iter().map(|least| least.0));
            push(&mut memory, row, least.iter().map(|least| least.1));
        }
        progress.finish_and_clear();
        Ok([time, memory])
    }

    fn table(&self, metric: &str, title: &str) -> Table {
        let name = format!("{}-compile-{metric}", self.name);
        let title = format!("{title}: {}", self.what);
        let columns = SIDES.map(Side::name);
        Table::new(&name, &title, self.row, &columns).ratio(0, 1, Some(Bar::AtMost(1.05)))
    }
}

/// What compiling `row` took. It has to succeed.
fn taken<T>(row: &Row, side: Side, attempt: Attempt<T>) -> Result<T> {
    match attempt {
        Ok(taken) => Ok(taken),
        Err(why) => bail!("{} ({}): {why}", row.name, side.name()),
    }
}

fn push(table: &mut Table, row: &Row, figures: impl Iterator<Item = f64>) {
    table.push(&row.name, figures.map(Cell::Number).collect());
    if let Some(pushed) = table.rows.last_mut() {
        pushed.judged = row.judged;
    }
}
