//! What grows with the number of guards.

use anyhow::Result;

use crate::lab::{Lab, Product, code_size};
use crate::shape::Growth;
use crate::side::Side;
use crate::table::{Bar, Cell, Row, Table};

/// Numbers of guards.
pub const COUNTS: [u64; 5] = [1, 4, 16, 64, 256];

const SIDES: [Side; 5] =
    [Side::Implicit, Side::ByHand, Side::SyncUnwind, Side::StockByHand, Side::Prototype];

/// How far the last point may be above the line through the two before, where growth is called linear.
pub const LINEAR: f64 = 1.25;

pub fn measure(lab: &Lab<'_>) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for growth in Growth::ALL.into_iter().filter(|growth| lab.wants(growth.name())) {
        let cases: Vec<(u64, Side)> =
            COUNTS.iter().flat_map(|&count| SIDES.map(|side| (count, side))).collect();
        let what = format!("growth of {}", growth.name());
        let figures = lab.each(&what, &cases, |&(count, side)| one(lab, growth, count, side))?;
        for (index, metric) in ["size", "instructions", "code"].into_iter().enumerate() {
            let title = match metric {
                "size" => "Size of the future, in bytes",
                "instructions" => "Instructions, each pause and each close is pending once",
                _ => "Code, in bytes",
            };
            let mut table = Table::new(
                &format!("growth-{}-{metric}", growth.name()),
                &format!("{title}: {}", growth.what()),
                "guards",
                &SIDES.map(Side::name),
            );
            table = match metric {
                "size" => table.ratio(0, 1, Some(Bar::AtMost(1.0))).ratio(0, 3, None),
                "instructions" => table.ratio(0, 1, Some(Bar::AtMost(1.0))),
                // As for the shapes, a close after a panic has no counterpart by hand.
                _ => table.ratio(2, 1, Some(Bar::AtMost(1.0))).ratio(0, 2, None),
            };
            table.line = true;
            for (count, cells) in COUNTS.iter().zip(figures.chunks(SIDES.len())) {
                table.push(
                    &count.to_string(),
                    cells.iter().map(|figures| figures[index].clone()).collect(),
                );
            }
            if (growth, metric) == (Growth::Sequence, "size") {
                table.checks.push(constant(&table));
            } else {
                table.checks.extend(linear(&table));
            }
            tables.push(table);
        }
    }
    Ok(tables)
}

/// Size, instructions, code.
fn one(lab: &Lab<'_>, growth: Growth, count: u64, side: Side) -> Result<[Cell; 3]> {
    let shape = growth.shape(count);
    let program = match lab.compile(&[&shape], side, Product::Program, "3")? {
        Ok(program) => program.path,
        Err(why) => return Ok([(); 3].map(|()| Cell::Not(why.clone()))),
    };
    let number = |attempt: Result<u64, String>| match attempt {
        Ok(number) => Cell::Number(number as f64),
        Err(why) => Cell::Not(why),
    };
    let size = number(lab.figures(&program, &["pending"])?.map(|figures| figures.size));
    let instructions = number(lab.instructions(&program, side, "pending")?);
    let code = match lab.compile(&[&shape], side, Product::Functions, "3")? {
        Ok(object) => Cell::Number(code_size(&object.path)? as f64),
        Err(why) => Cell::Not(why),
    };
    Ok([size, instructions, code])
}

/// The first column's figure is the same in all rows.
fn constant(table: &Table) -> (String, bool) {
    let figures: Vec<Option<f64>> = table.rows.iter().map(|row| row.cells[0].number()).collect();
    let holds = figures.iter().all(|figure| figure.is_some() && *figure == figures[0]);
    ("implicit: the same, whatever their number".to_owned(), holds)
}

/// The last point is on the line through the two before it, in the first column. The second column is shown.
pub fn linear(table: &Table) -> Option<(String, bool)> {
    let [one, two, three] = table.rows.last_chunk()?;
    let above = |column: usize| {
        let x = |row: &Row| row.name.parse::<f64>().ok();
        let y = |row: &Row| row.cells[column].number();
        let slope = (y(two)? - y(one)?) / (x(two)? - x(one)?);
        Some(y(three)? / (y(two)? + slope.max(0.0) * (x(three)? - x(two)?)))
    };
    let (implicit, by_hand) = (above(0)?, above(1)?);
    let what = format!(
        "linear: the last is {implicit:.2} of what the line through the two before says (≤ {LINEAR}); \
         by hand {by_hand:.2}"
    );
    Some((what, implicit <= LINEAR))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(figures: [f64; 5]) -> Table {
        let mut table = Table::new("x", "X", "guards", &["implicit", "by hand"]);
        for (count, figure) in COUNTS.iter().zip(figures) {
            table.push(&count.to_string(), vec![Cell::Number(figure), Cell::Number(figure)]);
        }
        table
    }

    #[test]
    fn a_line_is_linear_and_a_square_is_not() {
        let of = |f: fn(f64) -> f64| table(COUNTS.map(|count| f(count as f64)));
        assert!(linear(&of(|n| 40.0 + 8.0 * n)).unwrap().1);
        assert!(!linear(&of(|n| n * n)).unwrap().1);
        assert!(linear(&of(|_| 32.0)).unwrap().1);
        assert!(constant(&of(|_| 32.0)).1 && !constant(&of(|n| n)).1);
    }
}
