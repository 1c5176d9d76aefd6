//! Each shape on all sides.

use anyhow::{Result, bail};

use crate::lab::{Attempt, Compiled, Figures, Lab, Product, code_size};
use crate::shape::{self, Shape};
use crate::side::Side;
use crate::table::{Bar, Cell, Ratio, Table};

/// How each pause ends: at once, or at the second poll.
const MODES: [&str; 2] = ["ready", "pending"];

/// What one side of a shape takes.
struct Measured {
    /// By mode.
    instructions: [Cell; 2],
    figures: Attempt<Figures>,
    code: Cell,
}

pub fn measure(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let shapes: Vec<Shape> =
        shape::all(&lab.options.repo)?.into_iter().filter(|shape| lab.wants(&shape.name)).collect();
    let pairs: Vec<(&Shape, Side)> =
        shapes.iter().flat_map(|shape| Side::ALL.map(|side| (shape, side))).collect();
    let measured = lab.each("shapes", &pairs, |&(shape, side)| one(lab, shape, side))?;
    let by_shape: Vec<(&Shape, &[Measured])> =
        shapes.iter().zip(measured.chunks(Side::ALL.len())).collect();
    Ok(tables(&by_shape))
}

fn one(lab: &Lab<'_>, shape: &Shape, side: Side) -> Result<Measured> {
    let program = match lab.compile(&[shape], side, Product::Program, "3")? {
        Ok(Compiled { path, .. }) => path,
        Err(why) => {
            let instructions = [Cell::Not(why.clone()), Cell::Not(why.clone())];
            return Ok(Measured { instructions, code: Cell::Not(why.clone()), figures: Err(why) });
        }
    };
    let figures = lab.figures(&program, &["pending", "1", "timed"])?;
    if let (Err(why), true) = (&figures, side.is_fork()) {
        bail!("{} ({}): {why}", shape.name, side.name());
    }
    let [ready, pending] =
        MODES.map(|mode| Ok::<_, anyhow::Error>(cell(lab.instructions(&program, side, mode)?)));
    let code = if side.has_runtime() {
        Cell::Not(String::new())
    } else {
        match lab.compile(&[shape], side, Product::Functions, "3")? {
            Ok(object) => Cell::Number(code_size(&object.path)? as f64),
            Err(why) => Cell::Not(why),
        }
    };
    Ok(Measured { instructions: [ready?, pending?], figures, code })
}

fn cell(attempt: Attempt<u64>) -> Cell {
    match attempt {
        Ok(number) => Cell::Number(number as f64),
        Err(why) => Cell::Not(why),
    }
}

/// Where a side is among the columns.
fn column(side: Side) -> usize {
    Side::ALL.iter().position(|&other| other == side).expect("all sides are there")
}

fn tables(shapes: &[(&Shape, &[Measured])]) -> Vec<Table> {
    let [implicit, sync_unwind, by_hand, stock, prototype] =
        [Side::Implicit, Side::SyncUnwind, Side::ByHand, Side::StockByHand, Side::Prototype]
            .map(column);
    let names = Side::ALL.map(Side::name);
    let figure = |figures: &Attempt<Figures>, of: fn(&Figures) -> f64| match figures {
        Ok(figures) => Cell::Number(of(figures)),
        Err(why) => Cell::Not(why.clone()),
    };
    let filled = |mut table: Table, of: &dyn Fn(&Measured) -> Cell| {
        for (shape, measured) in shapes {
            table.push(&shape.name, measured.iter().map(of).collect());
        }
        table
    };
    let instructions = [0, 1].map(|mode| {
        let title = match mode {
            0 => "Instructions, all is ready at once",
            _ => "Instructions, each pause and each close is pending once",
        };
        let table = Table::new(&format!("instructions-{}", MODES[mode]), title, "shape", &names)
            .note(
                "From the making of the future to its last poll, opt-level 3. With a runtime: of a run on all its threads.",
            )
            .ratio(implicit, by_hand, Some(Bar::AtMost(1.0)))
            .ratio(implicit, sync_unwind, Some(Bar::AtMost(1.0)))
            .ratio(prototype, stock, None);
        filled(table, &|measured| measured.instructions[mode].clone())
    });
    let size = Table::new("size", "Size of the future, in bytes", "shape", &names)
        .note("What a spawned task, or a thread that is blocked, takes beside it is not counted.")
        .ratio(implicit, by_hand, Some(Bar::AtMost(1.0)))
        .ratio(implicit, sync_unwind, None)
        .ratio(implicit, stock, Some(Bar::Below(0.9)));
    let code = Table::new("code", "Code, in bytes", "shape", &names)
        .note(
            "Of `poll`, of the drop glue, and of what they call that is not in them. A close by hand is left out by a panic, \
             so what the closes after a panic take has no counterpart there.",
        )
        .ratio(sync_unwind, by_hand, Some(Bar::AtMost(1.0)))
        .ratio(implicit, sync_unwind, None)
        .ratio(prototype, stock, None);
    let allocations = Table::new("allocations", "Heap allocations", "shape", &names)
        .ratio(implicit, by_hand, None);
    let time = Table::new(
        "time",
        "Nanoseconds, each pause and each close is pending once",
        "shape",
        &names,
    )
    .note("The fastest of 50 batches of 100 runs.")
    .ratio(implicit, by_hand, None);
    let mut tables = Vec::from(instructions);
    tables.push(filled(size, &|measured| figure(&measured.figures, |f| f.size as f64)));
    tables.push(filled(code, &|measured| measured.code.clone()));
    tables
        .push(filled(allocations, &|measured| figure(&measured.figures, |f| f.allocations as f64)));
    tables
        .push(filled(time, &|measured| figure(&measured.figures, |f| f.picoseconds as f64 / 1e3)));
    tables.insert(0, overview(&tables));
    tables
}

/// All ratios that have a bar.
fn overview(tables: &[Table]) -> Table {
    let judged: Vec<(&Table, &Ratio)> = tables
        .iter()
        .flat_map(|table| table.ratios.iter().map(move |ratio| (table, ratio)))
        .filter(|(_, ratio)| ratio.bar.is_some())
        .collect();
    let name = |(table, ratio): &(&Table, &Ratio)| {
        let under = &table.columns[ratio.under];
        let bar = ratio.bar.map(|bar| bar.to_string()).unwrap_or_default();
        format!("{} / {under} ({bar})", table.name)
    };
    let mut overview = Table::new("shapes", "Each shape, implicit against by hand", "shape", &[]);
    overview.columns = judged.iter().map(name).collect();
    for (index, row) in tables[0].rows.iter().enumerate() {
        let cells =
            judged.iter().map(|(table, ratio)| match Table::value(&table.rows[index], ratio) {
                Some(value) => Cell::Ratio(value),
                None => Cell::Not(String::new()),
            });
        overview.push(&row.name, cells.collect());
    }
    overview
}

/// An array of guards at every opt-level.
pub fn levels(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let array = shape::all(&lab.options.repo)?.into_iter().find(|shape| shape.name == "array");
    let Some(array) = array.filter(|array| lab.wants(&array.name)) else { return Ok(Vec::new()) };
    let sides = [Side::Implicit, Side::ByHand, Side::Prototype];
    let columns = sides.map(Side::name);
    let mut table =
        Table::new("levels", "Polls of an array of eight, by opt-level", "opt-level", &columns)
            .ratio(0, 1, Some(Bar::AtMost(1.0)));
    let levels = ["0", "1", "2", "3", "s", "z"];
    let rows = lab.each("opt-levels", &levels, |level| {
        let polls = |side| match lab.compile(&[&array], side, Product::Program, level)? {
            Ok(program) => Ok(cell(lab.figures(&program.path, &["pending"])?.map(|f| f.polls))),
            Err(why) => Ok(Cell::Not(why)),
        };
        sides.into_iter().map(polls).collect::<Result<Vec<Cell>>>()
    })?;
    for (level, cells) in levels.iter().zip(rows) {
        table.push(level, cells);
    }
    Ok(vec![table])
}
