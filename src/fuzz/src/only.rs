//! One program, shown.

use std::path::Path;

use anyhow::{Result, anyhow};
use asyncdrop_fuzz::{LIBRARY, is_split, ui_test, ui_test_with_library};
use similar::TextDiff;

use crate::campaign::{edition, is_chosen, make};
use crate::child::Stop;
use crate::cli::{Name, Options};
use crate::compile::{Compiler, Setting, year};
use crate::examine::{Finding, Lab, Stage};
use crate::save::formatted;
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
    let (program, runs) = (&subject.program, &subject.runs);
    let sources = if is_split(index) {
        let program = (index, program, runs);
        let (test, library) = ui_test_with_library(program, edition, "", LIBRARY);
        vec![format!("// {LIBRARY}.rs\n{library}"), test]
    } else {
        vec![ui_test(program, edition, "", runs)]
    };
    for source in sources {
        println!("{}", formatted(&source, &options.repo).unwrap_or(source));
    }
    println!("// {seed}:{index}, edition {}, {}", year(edition), subject.program.describe());
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
