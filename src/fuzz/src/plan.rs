//! The runs of a program in which it panics.

use std::fmt;

/// How values are dropped while a panic unwinds: `-Zasync-drop-unwind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwind {
    /// R19
    Sync,
    /// R16
    Await,
}

/// How a run ends, unless it panics first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is polled until it is ready.
    Complete,
    /// After so many polls it is dropped where nothing can await.
    Sync(usize),
    /// After so many polls an async body leaves the scope that it is pinned in.
    Async(usize),
    /// As `Async`, and the async body is dropped where nothing can await after so many polls of its
    /// own.
    Twice(usize, usize),
}

/// A run in which some of the steps panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In ascending order. Nothing, or one step, or a second one while the panic unwinds.
    pub faults: Vec<usize>,
    pub ending: Ending,
}

/// All runs of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    pub unwind: Unwind,
    /// Those in which nothing panics.
    pub plain: bool,
    pub panicking: Vec<Plan>,
}

impl Runs {
    /// Nothing panics.
    pub const PLAIN: Runs = Runs { unwind: Unwind::Await, plain: true, panicking: Vec::new() };
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Complete => f.write_str("complete"),
            Ending::Sync(polls) => write!(f, "sync {polls}"),
            Ending::Async(polls) => write!(f, "async {polls}"),
            Ending::Twice(polls, second) => write!(f, "twice {polls} {second}"),
        }
    }
}

/// The line by which the run begins.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.faults.is_empty() {
            f.write_str("panics ")?;
            for fault in &self.faults {
                write!(f, "{fault} ")?;
            }
        }
        write!(f, "{}", self.ending)
    }
}
