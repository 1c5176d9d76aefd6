//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use asyncdrop_fuzz::Unwind;
use clap::Parser;

/// Writes random async programs, predicts the order of their drops by the rules, compiles and runs
/// them, and compares.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// The compiler under test; `./x.py fuzz` fills in the fork's
    #[arg(long, value_name = "PATH")]
    pub rustc: Option<PathBuf>,
    /// Another compiler instead: the name of a rustup toolchain, or a path; nothing is saved then
    #[arg(long, value_name = "NAME-OR-PATH")]
    pub toolchain: Option<String>,
    /// The checkout that failing programs are saved in
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
    /// Start no program after so many minutes
    #[arg(long, value_name = "M")]
    pub minutes: Option<f64>,
    /// Stop after so many programs; by default 1000, or no limit if --minutes is given
    #[arg(long, value_name = "N")]
    pub programs: Option<u64>,
    /// Decides all programs; a random one if not given
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Opt-levels that each program is compiled at
    #[arg(long, value_name = "LEVELS", value_delimiter = ',', default_value = "0,2")]
    pub opt_levels: Vec<OptLevel>,
    /// How many of a hundred programs also run under valgrind, at one of the opt-levels
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=100))]
    pub valgrind_share: u64,
    /// How many of a hundred programs also run with panics
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u64).range(0..=100))]
    pub panics: u64,
    /// How values are dropped while a panic unwinds; by default as the compiler does by default
    #[arg(long, value_name = "sync|await")]
    pub unwind: Option<UnwindMode>,
    /// Compilers that run at once; by default the number of cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Programs in one crate
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    pub batch: u64,
    /// How many failing programs are made small; by default 5, with --only 0
    #[arg(long, value_name = "N")]
    pub shrink: Option<usize>,
    /// Print small failing programs instead of saving them as tests
    #[arg(long)]
    pub no_save: bool,
    /// Run one program; print its source and how what it prints differs from what it should
    #[arg(long, value_name = "SEED:INDEX")]
    pub only: Option<Name>,
    /// Break the passing tests in so many ways instead, and see that the compiler says so
    #[arg(long, value_name = "N")]
    pub mutate: Option<u64>,
    /// Also write the summary to a file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Programs of a run that sets no bound.
const PROGRAMS: u64 = 1_000;

impl Options {
    /// One past the last index.
    pub fn end(&self) -> u64 {
        self.programs.unwrap_or(if self.minutes.is_some() { u64::MAX } else { PROGRAMS })
    }

    /// How many threads compile.
    pub fn jobs(&self) -> usize {
        match self.jobs {
            Some(jobs) => usize::from(jobs),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// `SEED:INDEX`, by which one program can be made again.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    pub seed: u64,
    pub index: u64,
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(seed, index)| {
            Some(Self { seed: seed.parse().ok()?, index: index.parse().ok()? })
        });
        parts.ok_or_else(|| "a seed, a colon and an index are wanted, as in 7:123".to_owned())
    }
}

/// A value of `-Zasync-drop-unwind`.
#[derive(Debug, Clone, Copy)]
pub struct UnwindMode(pub Unwind);

impl FromStr for UnwindMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "sync" => Ok(Self(Unwind::Sync)),
            "await" => Ok(Self(Unwind::Await)),
            _ => Err("it is sync or await"),
        }
    }
}

/// A value of `-Copt-level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OptLevel(char);

impl FromStr for OptLevel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [level @ (b'0'..=b'3' | b's' | b'z')] => Ok(Self(char::from(*level))),
            _ => Err("an opt-level is one of 0, 1, 2, 3, s, z"),
        }
    }
}

impl std::fmt::Display for OptLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Options {
        Options::try_parse_from([&["asyncdrop-fuzz", "--rustc", "rustc"], words].concat()).unwrap()
    }

    #[test]
    fn a_run_is_always_bounded() {
        assert_eq!(parsed(&[]).end(), 1_000);
        assert_eq!(parsed(&["--minutes", "1.5"]).end(), u64::MAX);
        assert_eq!(parsed(&["--minutes", "1", "--programs", "7"]).end(), 7);
    }

    #[test]
    fn words_have_their_form() {
        let options = parsed(&["--opt-levels", "0,s", "--only", "3:14"]);
        assert_eq!(options.opt_levels, [OptLevel('0'), OptLevel('s')]);
        assert!(options.only.is_some_and(|only| (only.seed, only.index) == (3, 14)));
        for words in
            [["--only", "3"], ["--opt-levels", "0,4"], ["--batch", "0"], ["--unwind", "no"]]
        {
            let words = [&["asyncdrop-fuzz", "--rustc", "rustc"][..], &words].concat();
            assert!(Options::try_parse_from(words).is_err());
        }
    }
}
