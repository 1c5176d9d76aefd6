//! What can be measured, in the order in which it is.

mod compile;
mod files;
mod growth;
mod real;
mod shapes;
mod suspended;

use anyhow::Result;

use crate::lab::Lab;
use crate::table::Table;

pub use real::as_wrapper;

/// The group that is measured only if it is asked for.
pub const REAL: &str = "real";

pub struct Group {
    pub name: &'static str,
    pub what: &'static str,
    pub measure: fn(&Lab<'_>) -> Result<Vec<Table>>,
}

pub const GROUPS: &[Group] = &[
    Group {
        name: "shapes",
        what: "instructions, size, code, allocations and time of each shape, on all sides",
        measure: shapes::measure,
    },
    Group {
        name: "levels",
        what: "an array completes at every opt-level",
        measure: shapes::levels,
    },
    Group {
        name: "growth",
        what: "size, instructions and code with 1 to 256 guards",
        measure: growth::measure,
    },
    Group {
        name: "suspended",
        what: "the memory of a million tasks that wait while each holds a guard",
        measure: suspended::measure,
    },
    Group {
        name: "owners",
        what: "instructions to drop owners of 10,000 values (benches/owners.rs)",
        measure: files::owners,
    },
    Group {
        name: "futures",
        what: "size of futures of plain values, and of large guards (benches/future_size.rs)",
        measure: files::futures,
    },
    Group {
        name: "compile",
        what: "instructions, time and memory of the compiler, with 1 to 256 guards and for all shapes",
        measure: compile::measure,
    },
    Group {
        name: REAL,
        what: "the futures of real programs, packed, against stock (benches/real; only with --real)",
        measure: real::measure,
    },
];
