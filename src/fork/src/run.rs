//! Runs a long command: its full output goes to a log, a phase shows what it is doing, a failure
//! shows the log's end.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::progress::Progress;

/// Lines of the log shown after a failure.
const TAIL: usize = 40;

/// A command that was run to its end.
#[derive(Debug)]
pub struct Ran {
    pub status: ExitStatus,
    pub log: PathBuf,
    tail: VecDeque<String>,
}

/// A new log file, `<verb>-<n>.log`.
pub fn new_log(folder: &Path, verb: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for n in 1.. {
        let path = folder.join(format!("{verb}-{n}.log"));
        match File::create_new(&path) {
            Ok(_) => return Ok(path),
            Err(err) if err.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(err) => {
                return Err(err).with_context(|| format!("cannot create {}", path.display()));
            }
        }
    }
    unreachable!("there is always another number")
}

/// Runs `command`; `each` sees every line, and what it returns is shown as the current step.
pub fn run(
    command: &mut Command,
    log: PathBuf,
    verbose: bool,
    progress: &Progress,
    each: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Ran> {
    let mut file = File::options().append(true).open(&log)?;
    writeln!(file, "$ {command:?}")?;
    let (mut reader, writer) = std::io::pipe()?;
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .map_err(|err| fail(format!("{name} cannot be run: {err}")).next("./x.py setup"))?;
    // The command holds the pipe's writing ends, which would keep the reading end open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut tail = VecDeque::new();
    let mut line = Vec::new();
    let mut buffer = [0; 1 << 16];
    let mut take = |line: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        line.clear();
        if let Some(step) = each(&text) {
            progress.now(&step);
        }
        // cargo's messages for programs say nothing to a reader.
        if !text.contains("{\"reason\":") {
            tail.push_back(text);
        }
        if tail.len() > TAIL {
            tail.pop_front();
        }
    };
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        file.write_all(&buffer[..count])
            .with_context(|| format!("cannot write {}", log.display()))?;
        if verbose {
            std::io::stderr().write_all(&buffer[..count])?;
        }
        for byte in &buffer[..count] {
            if *byte == b'\n' {
                take(&mut line);
            } else {
                line.push(*byte);
            }
        }
    }
    if !line.is_empty() {
        take(&mut line);
    }
    Ok(Ran { status: child.wait()?, log, tail })
}

impl Ran {
    /// An error with the log's end and the command to go on, unless the command succeeded.
    pub fn check(&self, what: &str, next: &str) -> Result<()> {
        if self.status.success() { Ok(()) } else { Err(self.failure(what, next)) }
    }

    /// The error of a command that failed.
    pub fn failure(&self, what: &str, next: &str) -> anyhow::Error {
        eprintln!("--- the last lines of {}", self.log.display());
        for line in &self.tail {
            eprintln!("{line}");
        }
        eprintln!("---");
        let log = self.log.display();
        let killed = self.status.signal().map(|n| format!("signal: {n}")).or_else(|| {
            let lines = self.tail.iter().rev();
            lines
                .filter_map(|line| line.split_once("(signal: "))
                .next()
                .map(|(_, rest)| format!("signal: {rest}"))
        });
        match killed {
            Some(signal) => fail(format!(
                "{what} was killed ({}), perhaps for want of memory; what was finished is kept; \
                 the log is {log}",
                signal.trim_end_matches(')')
            ))
            .next(format!("{next} goes on where it stopped; with --jobs 1 it needs less memory"))
            .into(),
            None => {
                fail(format!("{what} failed ({}); the log is {log}", self.status)).next(next).into()
            }
        }
    }
}
