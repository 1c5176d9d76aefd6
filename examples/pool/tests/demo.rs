//! Runs the demo itself, small, and reads its tables.

use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pool")).args(arguments).output().expect("the demo starts")
}

/// The cells of the first table row that begins with `name`.
fn row(output: &Output, name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect()
    };
    let found = text.lines().map(cells).find(|cells| cells[0] == name);
    found.unwrap_or_else(|| panic!("no row {name} in:\n{text}"))
}

#[test]
fn async_drop_closes_on_every_promised_exit() {
    let output = demo(&["--requests=200", "--strategy=async-drop"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for exit in ["end of scope", "early return", "? on an error reply", "continue", "break"] {
        let cells = row(&output, exit);
        let (graceful, all) = cells[1].split_once('/').expect("graceful/all");
        assert_eq!(graceful, all, "{exit}");
        assert_ne!(all, "0", "{exit}");
    }
}

#[test]
fn an_explicit_close_is_forgotten_by_the_question_mark() {
    let output = demo(&["--requests=200", "--strategy=explicit-close"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(row(&output, "? on an error reply")[1].starts_with("0/"));
    let number = |cell: &String| cell.parse::<usize>().expect("a number");
    let cells: Vec<usize> = row(&output, "explicit close")[1..6].iter().map(number).collect();
    assert_eq!(cells[0], cells[1] + cells[2] + cells[3], "{cells:?}");
    assert!(cells[0] > 200, "every request, and a second attempt for some: {cells:?}");
}

#[test]
fn the_same_seed_makes_the_same_requests() {
    let first_line = |seed: &str| {
        let output = demo(&["--requests=50", "--strategy=spawn-in-drop", seed]);
        String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_string)
    };
    assert_eq!(first_line("--seed=3"), first_line("--seed=3"));
    assert_ne!(first_line("--seed=3"), first_line("--seed=4"));
}
