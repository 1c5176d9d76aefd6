//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures what async drop costs against closes by hand, and compares it with the bars.
///
/// Exit code 0: no bar is missed. The tables, as JSON, as Markdown and as SVG plots, are written into a folder.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// What to measure, see --list; by default all but `real`
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,
    /// The compiler under test; `./x.py bench` fills in the fork's
    #[arg(long, value_name = "PATH", default_value = "rustc")]
    pub rustc: PathBuf,
    /// The rustup toolchain to compare with
    #[arg(long, value_name = "NAME", default_value = "1.95.0")]
    pub stock: String,
    /// The checkout that has `benches/`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
    /// Only rows whose name contains this
    #[arg(long, value_name = "PART", default_value = "")]
    pub filter: String,
    /// List what can be measured
    #[arg(long)]
    pub list: bool,
    /// Fewer points and fewer repetitions: sizes and instructions are the same, times are rough
    #[arg(long)]
    pub quick: bool,
    /// Also the futures of real programs, which takes long to compile
    #[arg(long)]
    pub real: bool,
    /// Where the tables and plots go; by default target/bench in the checkout
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
