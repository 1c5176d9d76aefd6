//! Tests of the tool on a toy upstream: a few files, and a bootstrap that only pretends.

mod bench;
mod build;
mod fetch;
mod fuzz;
mod help;
mod patch;
mod prepare;
mod test_verb;
mod toy;
