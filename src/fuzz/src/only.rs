//! One program, shown.

use std::path::Path;

use anyhow::{Result, anyhow};
use asyncdrop_fuzz::ui_test_files;
use similar::TextDiff;

use crate::campaign::{edition, is_chosen, make};
use crate::child::Stop;
use crate::cli::{Name, Options};
use crate::compile::{Compiler, Setting};
use crate::examine::{Finding, Lab, Stage};
use crate::save::{formatted, show};
use crate::verdict::Kind;

/// Prints a program's source, and for each opt-level how what it prints differs from what it
/// should. Returns its failures.
pub fn only(
    options: &Options,
    name: Name,
    compiler: &Compiler,
    stop: &Stop,
    scratch: &Path,
) -> Result<Vec<Finding>> {
    let Name { seed, index } = name;
    let edition = edition(index);
    let panics = is_chosen(index, options.panics);
    let subject = make(seed, index, edition, compiler.unwind, panics)
        .map_err(|panic| anyhow!("the fuzzer panicked: {panic}"))?;
    let program = (index, &subject.program, &subject.runs);
    let mut files = ui_test_files(program, edition, "", "program");
    for (_, text) in &mut files {
        if let Some(formatted) = formatted(text, &options.repo) {
            *text = formatted;
        }
    }
    show(&files);
    println!("// {seed}:{index}, edition {}, {}", edition.year(), subject.program.describe());
    let lab = Lab::new(compiler, scratch, stop);
    let mut all = Vec::new();
    for opt_level in &options.opt_levels {
        let setting = Setting { edition, opt_level: *opt_level };
        let findings = lab.examine(&[&subject], setting, &|_| options.valgrind_share > 0)?;
        if findings.is_empty() {
            println!("opt-level {opt_level}: as expected");
        }
        for finding in &findings {
            println!("opt-level {opt_level}: {}", finding.kind);
            print!("{}", difference(&subject.expected, finding));
        }
        all.extend(findings);
    }
    if all.is_empty() {
        print!("{}", subject.expected);
    }
    Ok(all)
}

/// What was seen against what was expected, as far as they can be compared.
pub fn difference(expected: &str, finding: &Finding) -> String {
    if finding.stage != Stage::Running || finding.kind == Kind::FuzzerPanic {
        return finding.seen.clone();
    }
    let diff = TextDiff::from_lines(expected, &finding.seen);
    diff.unified_diff().context_radius(8).header("expected", "seen").to_string()
}

#[cfg(test)]
mod tests {
    use asyncdrop_fuzz::Edition;

    use super::*;

    #[test]
    fn traces_are_shown_as_a_difference_and_messages_as_they_are() {
        let finding = |stage| Finding {
            index: 0,
            kind: Kind::Mismatch,
            edition: Edition::E2021,
            opt_level: "0".parse().unwrap(),
            stage,
            seen: "a\nsync 0\n".to_owned(),
        };
        let shown = difference("a\nbegin 0\n", &finding(Stage::Running));
        assert!(shown.contains("\n a\n-begin 0\n+sync 0\n"), "{shown}");
        assert_eq!(difference("a\n", &finding(Stage::Compiling)), "a\nsync 0\n");
    }
}
