//! Reads what libtest, compiletest and tidy print.

use std::collections::BTreeSet;
use std::fmt;

/// Counts over any number of test runs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
    /// Names of tests that failed, as the test runner prints them.
    pub failures: BTreeSet<String>,
    in_failures: bool,
}

impl Summary {
    /// Takes in one line of output; what it returns is worth showing as the current step.
    pub fn line(&mut self, line: &str) -> Option<String> {
        let line = without_colours(line);
        if let Some(rest) = line.trim().strip_prefix("test result: ") {
            let count = |word: &str| -> u64 {
                let field =
                    rest.split(['.', ';']).find_map(|field| field.trim().strip_suffix(word));
                field.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
            };
            self.passed += count("passed");
            self.failed += count("failed");
            self.skipped += count("ignored");
            self.in_failures = false;
            return None;
        }
        if line == "failures:" {
            self.in_failures = true;
        } else if self.in_failures {
            // The list of names is indented; what the tests printed, above it, stands under `----
            // NAME stdout ----`.
            match line.strip_prefix("    ") {
                Some(name) if !name.starts_with(' ') => {
                    self.failures.insert(name.trim().to_owned());
                }
                _ => self.in_failures = line.is_empty(),
            }
        }
        progress(&line)
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures.iter().cloned());
    }

    /// Whether any test ran.
    pub fn ran(&self) -> bool {
        self.passed + self.failed > 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(f, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

/// `running 20 tests`, and the `88/348` at the end of a row of dots.
fn progress(line: &str) -> Option<String> {
    if line.starts_with("running ") && line.ends_with(" tests") {
        return Some(line.to_owned());
    }
    let (dots, count) = line.rsplit_once(' ')?;
    let (done, all) = count.split_once('/')?;
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_row = dots.chars().all(|c| matches!(c, '.' | 'F' | 'i' | ' '));
    (is_row && number(done) && number(all)).then(|| format!("{done} of {all} tests"))
}

/// The checks tidy says have failed.
pub fn tidy_failures(line: &str) -> Option<Vec<String>> {
    let line = without_colours(line);
    let rest = line.split_once("The following check")?.1;
    let names = rest.split_once("failed:")?.1;
    Some(names.split(',').map(|name| name.trim().to_owned()).collect())
}

/// Removes terminal colour sequences.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Summary {
        let mut summary = Summary::default();
        for line in text.lines() {
            summary.line(line);
        }
        summary
    }

    #[test]
    fn counts_of_several_runs_are_added() {
        let text = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
                    finished in 1.20s\ntest result: \u{1b}[31mFAILED\u{1b}[m. 3 passed; 2 failed; \
                    0 ignored; 0 measured; 9 filtered out\n";
        let summary = read(text);
        assert_eq!((summary.passed, summary.failed, summary.skipped), (15, 2, 1));
        assert_eq!(summary.to_string(), "15 passed, 2 failed, 1 skipped");
        assert!(summary.ran());
        assert!(!Summary::default().ran());
    }

    #[test]
    fn names_of_failures_are_read_from_the_last_list() {
        let text = "failures:\n\n---- [ui] tests/ui/a.rs stdout ----\n    indented output\n---- \
                    [ui] tests/ui/a.rs stdout end ----\n\nfailures:\n    [ui] tests/ui/a.rs\n    \
                    [ui] tests/ui/b.rs#rev\n\ntest result: FAILED. 0 passed; 2 failed; 0 \
                    ignored\n    [ui] not one\n";
        let failures = read(text).failures;
        assert_eq!(
            failures.into_iter().collect::<Vec<_>>(),
            ["[ui] tests/ui/a.rs", "[ui] tests/ui/b.rs#rev"]
        );
    }

    #[test]
    fn the_end_of_a_row_of_dots_is_progress() {
        assert_eq!(progress("....F..i..  88/348").as_deref(), Some("88 of 348 tests"));
        assert_eq!(progress("see chapter 3/4"), None);
    }

    #[test]
    fn tidy_names_the_checks_that_failed() {
        assert_eq!(
            tidy_failures("tidy: The following check failed: deps"),
            Some(vec!["deps".to_owned()])
        );
        let two = tidy_failures("\u{1b}[31mThe following checks failed: deps, style\u{1b}[0m");
        assert_eq!(two, Some(vec!["deps".to_owned(), "style".to_owned()]));
        assert_eq!(tidy_failures("All tidy checks succeeded"), None);
    }
}
