//! One child process: what it prints, how it ends, and what it takes.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use wait4::Wait4;

/// What `timeout` returns after a limit.
const TIMED_OUT: [i32; 2] = [124, 137];

#[derive(Debug)]
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    /// Processor time, that of the kernel included: how Linux divides a short time into the two is a
    /// matter of chance.
    pub cpu: Duration,
    /// The most bytes that were in memory at a time.
    pub memory: u64,
}

/// Runs `command` to its end. What it prints goes through files in `folder`.
pub fn run(command: &mut Command, folder: &Path) -> Result<Finished> {
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| folder.join(name));
    command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    let child = command
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let used = child.wait4()?;
    let read = |path| std::fs::read(path).map(|text| String::from_utf8_lossy(&text).into_owned());
    Ok(Finished {
        status: used.status,
        stdout: read(&stdout)?,
        stderr: read(&stderr)?,
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss,
    })
}

impl Finished {
    /// Why it failed, in few words.
    pub fn why(&self, otherwise: &str) -> String {
        let says = |words: &str| self.stderr.contains(words);
        // `timeout` dies of the signal by which its child died.
        if let Some(signal) = self.status.signal().filter(|signal| *signal != 9) {
            return format!("crashes (signal {signal})");
        }
        if self.status.code().is_some_and(|code| TIMED_OUT.contains(&code))
            || self.status.signal().is_some()
        {
            return "hangs".to_owned();
        }
        if says("internal compiler error") {
            return "internal compiler error".to_owned();
        }
        if says("it never ends") {
            return "never completes".to_owned();
        }
        let awaited = self.stderr.lines().rev().find(|line| line.ends_with(" awaited"));
        match awaited {
            Some(line) => line.to_owned(),
            None if says("panicked at") => "panics".to_owned(),
            None => otherwise.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(script: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", "1", "sh", "-c", script]);
        run(&mut command, folder.path()).unwrap().why("fails")
    }

    #[test]
    fn a_failure_has_a_reason() {
        assert_eq!(why("exit 3"), "fails");
        assert_eq!(why("echo 0 of 1 awaited >&2; exit 1"), "0 of 1 awaited");
        assert_eq!(why("sleep 5"), "hangs");
        assert!(why("kill -SEGV $$").starts_with("crashes"));
        assert_eq!(
            why("echo \"thread panicked at x: it never ends\" >&2; exit 101"),
            "never completes"
        );
    }

    #[test]
    fn what_it_takes_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let finished = run(Command::new("sh").args(["-c", "echo out"]), folder.path()).unwrap();
        assert_eq!(finished.stdout, "out\n");
        assert!(finished.status.success() && finished.memory > 1 << 18);
    }
}
