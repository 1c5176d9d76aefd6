//! Runs a child process within limits of time, memory and output.

use std::fmt;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};

/// Output of a child past which it is ended.
const OUTPUT: u64 = 64 << 20;

/// Set when the run is to end; every child ends then.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends all children, and lets none begin.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run is to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The error of a child that was ended because the run ends.
#[derive(Debug)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

/// What a child may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub time: Duration,
    /// Bytes of address space.
    pub memory: Option<u64>,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Exited(ExitStatus),
    TimedOut,
    /// It printed without end.
    Flooded,
}

impl End {
    /// Whether the child ended by itself and says that all is well.
    pub fn success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => status.fmt(f),
            Self::TimedOut => f.write_str("timed out"),
            Self::Flooded => f.write_str("prints without end"),
        }
    }
}

/// A child that has ended, with all it printed.
#[derive(Debug)]
pub struct Finished {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `command` to its end or to a limit. The child gets a process group of its own, so that
/// what it starts ends with it, and a Ctrl-C at the terminal reaches this process alone.
pub fn run(command: &mut Command, limits: Limits, stop: &Stop) -> Result<Finished> {
    if stop.is_set() {
        return Err(Stopped.into());
    }
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let pid = Pid::from_child(&child);
    let limit = |value| Rlimit { current: Some(value), maximum: Some(value) };
    // A child that has ended already needs no limits.
    let _ = prlimit(Some(pid), Resource::Core, limit(0));
    if let Some(memory) = limits.memory {
        let _ = prlimit(Some(pid), Resource::As, limit(memory));
    }
    let flooded = Arc::new(AtomicBool::new(false));
    let stdout = collect(child.stdout.take(), &flooded);
    let stderr = collect(child.stderr.take(), &flooded);
    let end = wait(&mut child, start + limits.time, &flooded, stop);
    // Also after a regular end, as something it started could hold the pipes open.
    let _ = kill_process_group(pid, Signal::KILL);
    child.wait()?;
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().unwrap_or_default());
    // It may have ended of itself because nobody reads any more.
    let end = if flooded.load(Ordering::Relaxed) { End::Flooded } else { end? };
    Ok(Finished { end, stdout, stderr })
}

fn wait(child: &mut Child, deadline: Instant, flooded: &AtomicBool, stop: &Stop) -> Result<End> {
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        if stop.is_set() {
            return Err(Stopped.into());
        }
        if flooded.load(Ordering::Relaxed) {
            return Ok(End::Flooded);
        }
        if Instant::now() >= deadline {
            return Ok(End::TimedOut);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Reads in a thread of its own, up to the limit.
fn collect(
    pipe: Option<impl Read + Send + 'static>,
    flooded: &Arc<AtomicBool>,
) -> JoinHandle<String> {
    let flooded = flooded.clone();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error counts.
            let _ = pipe.take(OUTPUT).read_to_end(&mut bytes);
        }
        flooded.fetch_or(bytes.len() as u64 == OUTPUT, Ordering::Relaxed);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, milliseconds: u64) -> Finished {
        let limits = Limits { time: Duration::from_millis(milliseconds), memory: None };
        run(Command::new("sh").args(["-c", script]), limits, &Stop::default()).unwrap()
    }

    #[test]
    fn output_and_status_are_kept() {
        let finished = shell("echo out; echo err >&2; exit 3", 10_000);
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(finished.end.to_string(), "exit status: 3");
        assert!(!finished.end.success() && shell("exit 0", 10_000).end.success());
    }

    #[test]
    fn a_child_that_takes_too_long_ends_with_all_it_started() {
        let start = Instant::now();
        let finished = shell("echo before; sleep 60 & sleep 60", 200);
        assert_eq!((finished.end, finished.stdout.as_str()), (End::TimedOut, "before\n"));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_child_that_prints_without_end_is_ended() {
        assert_eq!(shell("yes", 60_000).end, End::Flooded);
    }

    #[test]
    fn nothing_runs_once_the_run_is_to_end() {
        let stop = Stop::default();
        let limits = Limits { time: Duration::from_secs(60), memory: None };
        let other = stop.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            other.set();
        });
        let err = run(Command::new("sleep").arg("60"), limits, &stop).unwrap_err();
        assert!(err.is::<Stopped>());
        assert!(run(&mut Command::new("true"), limits, &stop).unwrap_err().is::<Stopped>());
    }
}
