//! Runs the program itself, small, and reads its report.

use std::process::{Command, Output};

fn graceful(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_graceful"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// Every kind of task five times. The deadline is long enough for a busy machine, and is waited for: a kind misses it.
fn shuts_down_as_planned(runtime: &str) {
    let output = graceful(&["--each=5", "--deadline-ms=3000", "--runtime", runtime]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}{stderr}", output.status);
    let report = "5 completed, 45 cancelled gracefully, 5 aborted, 5 panicked\n";
    assert!(stdout.contains(report), "{stdout}{stderr}");
}

#[test]
fn shuts_down_as_planned_on_current_thread() {
    shuts_down_as_planned("current-thread");
}

#[test]
fn shuts_down_as_planned_on_multi_thread() {
    shuts_down_as_planned("multi-thread");
}

/// With a deadline that nothing can keep, the exit code has to tell.
#[test]
fn a_mismatch_is_a_failure() {
    let output = graceful(&["--each=1", "--deadline-ms=1"]);
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("check failed: closing: of 1 connections 0 said goodbye"), "{stderr}");
}
