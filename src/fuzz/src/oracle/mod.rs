//! The trace of a program by the rules: an interpreter that shares no code with the compiler.
//!
//! It is an async function itself. Where a program suspends, the interpreter does, and when it is
//! resumed it looks whether its task was cancelled meanwhile. A cancellation then travels outwards
//! like a `return`, and each scope on its way drops what it holds. A panic does so too.

mod calls;
mod drops;
mod eval;
mod owners;
mod panics;
mod patterns;
mod runs;
mod select;
#[cfg(test)]
mod tests;
mod value;

pub use runs::{expected, pending_polls};
pub use select::plans;
