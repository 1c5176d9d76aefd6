//! Generates well-formed async programs, predicts the exact order of their drops by the rules of
//! `rfc/0000-async-drop.md`, and writes them as Rust source. The driver (`main.rs`) compiles them
//! and compares.

mod emit;
mod generate;
mod oracle;
mod plan;
mod program;
mod resolve;

pub use emit::{LIBRARY, Numbered, Sources, is_split, sources, ui_test, ui_test_files};
pub use generate::{Case, generate};
pub use oracle::{expected, plans};
pub use plan::{Ending, Plan, Runs, Unwind};
pub use program::{Edition, Program};
