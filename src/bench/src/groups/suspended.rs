//! Many tasks that wait.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::lab::{Lab, Product};
use crate::shape;
use crate::side::Side;
use crate::table::{Bar, Cell, Table};

/// Shapes that hold one guard when they wait first.
const SHAPES: [&str; 4] = ["leaf", "slow", "boxed", "parameter"];

const SIDES: [Side; 3] = [Side::Implicit, Side::ByHand, Side::StockByHand];

#[derive(Deserialize)]
struct Memory {
    allocated: u64,
    resident: u64,
}

pub fn measure(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let tasks: u64 = if lab.options.quick { 100_000 } else { 1_000_000 };
    let mut shapes = shape::all(&lab.options.repo)?;
    shapes.retain(|shape| SHAPES.contains(&&*shape.name) && lab.wants(&shape.name));
    let cases: Vec<_> = shapes.iter().flat_map(|shape| SIDES.map(|side| (shape, side))).collect();
    let memory = lab.each("suspended tasks", &cases, |&(shape, side)| {
        let program = match lab.compile(&[shape], side, Product::Suspended, "3")? {
            Ok(program) => program.path,
            Err(why) => bail!("{} ({}): {why}", shape.name, side.name()),
        };
        match lab.execute(&program, &[&tasks.to_string()])? {
            Ok(finished) => serde_json::from_str::<Memory>(&finished.stdout)
                .with_context(|| format!("{} printed {}", shape.name, finished.stdout)),
            Err(why) => bail!("{} ({}): {why}", shape.name, side.name()),
        }
    })?;
    let columns = SIDES.map(Side::name);
    let count = Cell::Number(tasks as f64);
    let table = |name: &str, what: &str, of: fn(&Memory) -> u64, bar| {
        let title = format!("{what} for each of {count} suspended tasks, in bytes");
        let mut table =
            Table::new(name, &title, "shape", &columns).ratio(0, 1, bar).ratio(0, 2, None);
        for (shape, memory) in shapes.iter().zip(memory.chunks(SIDES.len())) {
            let cells = memory.iter().map(|memory| Cell::Number(of(memory) as f64 / tasks as f64));
            table.push(&shape.name, cells.collect());
        }
        table
    };
    Ok(vec![
        table("suspended", "Allocated", |memory| memory.allocated, Some(Bar::AtMost(1.0)))
            .note("Each task is a `Pin<Box<dyn Future>>` that was polled once, and is pending."),
        table("suspended-resident", "Resident", |memory| memory.resident, None),
    ])
}
