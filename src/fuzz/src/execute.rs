//! Compiled programs, run.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::child::{self, Finished, Limits, Stop};

/// Address space of a program.
const MEMORY: u64 = 4 << 30;

/// How programs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Plainly,
    Valgrind,
}

/// Runs some programs of a binary.
pub fn run(binary: &Path, indices: &[u64], how: How, stop: &Stop) -> Result<Finished> {
    let count = u32::try_from(indices.len()).unwrap_or(u32::MAX);
    // Many times what they take, as other things may run beside.
    let (mut command, limits) = match how {
        How::Plainly => {
            let time = Duration::from_secs(10) + Duration::from_millis(100) * count;
            (Command::new(binary), Limits { time, memory: Some(MEMORY) })
        }
        How::Valgrind => {
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--error-exitcode=9", "--leak-check=full"]);
            command.arg("--errors-for-leak-kinds=definite").arg(binary);
            (command, Limits { time: Duration::from_secs(60 + 2 * u64::from(count)), memory: None })
        }
    };
    command.args(indices.iter().map(u64::to_string)).env("RUST_BACKTRACE", "0");
    child::run(&mut command, limits, stop)
}

/// Whether there is a valgrind.
pub fn has_valgrind() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Splits what a binary printed into the texts of its programs, in order. The last one may be
/// unfinished.
pub fn split(stdout: &str) -> Vec<(u64, String)> {
    let mut sections: Vec<(u64, String)> = Vec::new();
    for line in stdout.split_inclusive('\n') {
        let index = line.strip_prefix("program ").and_then(|rest| rest.trim_end().parse().ok());
        match (index, sections.last_mut()) {
            (Some(index), _) => sections.push((index, String::new())),
            (None, Some((_, text))) => text.push_str(line),
            // Nothing is printed before the first program.
            (None, None) => {}
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_split_at_the_lines_that_name_a_program() {
        let sections =
            split("program 4\n  new 0\n  program 9 is text\nprogram 6\nprogram 11\n  sy");
        let expected = [(4, "  new 0\n  program 9 is text\n"), (6, ""), (11, "  sy")];
        assert_eq!(sections, expected.map(|(index, text)| (index, text.to_owned())));
        assert_eq!(split(""), []);
    }
}
