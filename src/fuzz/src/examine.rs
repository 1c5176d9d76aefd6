//! Examines programs: compiles them together, runs them, and finds out which of them fail.

use std::path::Path;

use anyhow::Result;
use asyncdrop_fuzz::{Edition, Numbered, Program, Runs, Sources, sources};

use crate::child::{Finished, Stop};
use crate::cli::OptLevel;
use crate::compile::{Compiled, Compiler, Setting};
use crate::execute::{self, How, split};
use crate::verdict::{self, Kind};

/// Lines kept of what a failing process printed to standard error.
const TAIL: usize = 40;

/// A program and what it should print.
#[derive(Debug)]
pub struct Subject {
    pub index: u64,
    pub program: Program,
    pub runs: Runs,
    pub expected: String,
}

/// Where a failure showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Compiling,
    Running,
    /// Under valgrind only.
    Valgrind,
}

/// A program that failed.
#[derive(Debug, Clone)]
pub struct Finding {
    pub index: u64,
    pub kind: Kind,
    pub edition: Edition,
    pub opt_level: OptLevel,
    pub stage: Stage,
    /// What it printed, or what was said about it.
    pub seen: String,
}

/// Where programs are compiled and run. One batch at a time has a folder.
#[derive(Debug)]
pub struct Lab<'a> {
    pub compiler: &'a Compiler,
    pub folder: &'a Path,
    pub stop: &'a Stop,
    /// Whether there is a valgrind to run programs under.
    pub valgrind: bool,
    /// Makes the crates; [`sources`] outside of tests.
    pub sources: fn(&[Numbered], Edition) -> Sources,
}

impl<'a> Lab<'a> {
    pub fn new(compiler: &'a Compiler, folder: &'a Path, stop: &'a Stop) -> Self {
        Self { compiler, folder, stop, valgrind: execute::has_valgrind(), sources }
    }

    /// Compiles and runs programs, those that `valgrind` chooses a second time under valgrind. What
    /// the compiler rejects is looked for by halves, so that the others are run.
    pub fn examine(
        &self,
        subjects: &[&Subject],
        setting: Setting,
        valgrind: &dyn Fn(u64) -> bool,
    ) -> Result<Vec<Finding>> {
        let programs: Vec<_> = subjects.iter().map(|s| (s.index, &s.program, &s.runs)).collect();
        let sources = (self.sources)(&programs, setting.edition);
        let trial = Trial { lab: self, setting };
        match self.compiler.compile(&sources, setting, self.folder, self.stop)? {
            Compiled::Binary(binary) => {
                let mut findings = trial.observe(&binary, subjects)?;
                let chosen: Vec<u64> = subjects
                    .iter()
                    .map(|subject| subject.index)
                    .filter(|index| valgrind(*index) && findings.iter().all(|f| f.index != *index))
                    .collect();
                findings.extend(trial.memcheck(&binary, &chosen)?);
                Ok(findings)
            }
            Compiled::Rejected(kind, said) if subjects.len() == 1 => {
                Ok(vec![trial.finding(Stage::Compiling, subjects[0].index, kind, said)])
            }
            Compiled::Rejected(kind, said) => {
                let (first, second) = subjects.split_at(subjects.len() / 2);
                let mut findings = self.examine(first, setting, valgrind)?;
                findings.extend(self.examine(second, setting, valgrind)?);
                if findings.iter().all(|finding| finding.stage != Stage::Compiling) {
                    let last = subjects[subjects.len() - 1].index;
                    let said = format!("{said}(only together with the others up to {last})\n");
                    findings.push(trial.finding(Stage::Compiling, subjects[0].index, kind, said));
                }
                Ok(findings)
            }
        }
    }
}

/// The programs of one crate under one setting.
struct Trial<'a> {
    lab: &'a Lab<'a>,
    setting: Setting,
}

impl Trial<'_> {
    fn finding(&self, stage: Stage, index: u64, kind: Kind, seen: String) -> Finding {
        let Setting { edition, opt_level } = self.setting;
        Finding { index, kind, edition, opt_level, stage, seen }
    }

    /// Runs the programs and compares their traces. When the process dies in one of them, the
    /// others run in a new one.
    fn observe(&self, binary: &Path, subjects: &[&Subject]) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut rest = subjects;
        while !rest.is_empty() {
            let indices: Vec<u64> = rest.iter().map(|subject| subject.index).collect();
            let finished = execute::run(binary, &indices, How::Plainly, self.lab.stop)?;
            let mut sections = split(&finished.stdout);
            if finished.end.success() {
                findings.extend(rest.iter().filter_map(|s| self.compare(s, &sections)));
                break;
            }
            // The last one that began is the one the process died in.
            let culprit =
                sections.last().and_then(|(last, _)| rest.iter().position(|s| s.index == *last));
            let (before, from) = rest.split_at(culprit.unwrap_or(0));
            sections.truncate(before.len());
            findings.extend(before.iter().filter_map(|s| self.compare(s, &sections)));
            findings.extend(self.died(binary, from[0], before, &finished)?);
            rest = &from[1..];
        }
        Ok(findings)
    }

    fn compare(&self, subject: &Subject, sections: &[(u64, String)]) -> Option<Finding> {
        let section = sections.iter().find(|(index, _)| *index == subject.index);
        let seen = section.map_or("", |(_, text)| text);
        let kind = verdict::of_trace(&subject.expected, seen)?;
        Some(self.finding(Stage::Running, subject.index, kind, seen.to_owned()))
    }

    /// The process died in `subject`, after `before`. Runs it alone; if it is well then, one of
    /// those before it may have destroyed memory, which valgrind would see.
    fn died(
        &self,
        binary: &Path,
        subject: &Subject,
        before: &[&Subject],
        finished: &Finished,
    ) -> Result<Vec<Finding>> {
        let alone = execute::run(binary, &[subject.index], How::Plainly, self.lab.stop)?;
        if !alone.end.success() {
            let kind = verdict::of_end(&alone);
            return Ok(vec![self.finding(Stage::Running, subject.index, kind, report(&alone))]);
        }
        let sections = split(&alone.stdout);
        if let Some(finding) = self.compare(subject, &sections) {
            return Ok(vec![finding]);
        }
        let kind = verdict::of_end(finished);
        if kind == Kind::Hang {
            // All of them together took too long.
            return Ok(Vec::new());
        }
        let suspects: Vec<u64> = before.iter().map(|subject| subject.index).collect();
        let findings = self.memcheck(binary, &suspects)?;
        if !findings.is_empty() {
            return Ok(findings);
        }
        let seen = format!("{}(only after {suspects:?})\n", report(finished));
        Ok(vec![self.finding(Stage::Running, subject.index, kind, seen)])
    }

    /// Runs programs under valgrind: together, and if that fails each alone.
    fn memcheck(&self, binary: &Path, indices: &[u64]) -> Result<Vec<Finding>> {
        if indices.is_empty() || !self.lab.valgrind {
            return Ok(Vec::new());
        }
        let together = execute::run(binary, indices, How::Valgrind, self.lab.stop)?;
        if together.end.success() {
            return Ok(Vec::new());
        }
        let fault = |index, finished: &Finished| {
            let kind = verdict::of_valgrind(finished);
            self.finding(Stage::Valgrind, index, kind, report(finished))
        };
        if let [index] = indices {
            return Ok(vec![fault(*index, &together)]);
        }
        let mut findings = Vec::new();
        for index in indices {
            let alone = execute::run(binary, &[*index], How::Valgrind, self.lab.stop)?;
            if !alone.end.success() {
                findings.push(fault(*index, &alone));
            }
        }
        if findings.is_empty() && verdict::of_valgrind(&together) != Kind::Hang {
            findings.push(fault(indices[0], &together));
        }
        Ok(findings)
    }
}

/// What a process that failed printed, and how it ended.
fn report(finished: &Finished) -> String {
    let lines: Vec<&str> = finished.stderr.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    let text: String = split(&finished.stdout).into_iter().map(|(_, text)| text).collect();
    // An endless trace says nothing more than its begin.
    let text: String = text.split_inclusive('\n').take(2_000).collect();
    format!("{text}{tail}\n{}\n", finished.end)
}

#[cfg(test)]
mod tests {
    use asyncdrop_fuzz::generate;

    use super::*;
    use crate::compile::tests::{fake, setting};

    /// A source that only names its programs.
    fn names(programs: &[Numbered], _: Edition) -> Sources {
        let binary = programs.iter().map(|(index, ..)| format!("p{index}.\n")).collect();
        Sources { library: None, binary }
    }

    /// Compiles with a shell script that may refuse a source, and makes a binary that is one too:
    /// `body` says what each program `$p` does.
    fn examined(compiler: &str, body: &str, count: u64) -> Vec<(u64, Kind)> {
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "{compiler}\ncat >$out <<'END'\n#!/bin/sh\nfor p; do echo program $p; {body}\n\
             echo alive 0; done\nEND\nchmod +x $out"
        );
        let compiler = fake(folder.path(), &script);
        let stop = Stop::default();
        let lab = Lab { sources: names, ..Lab::new(&compiler, folder.path(), &stop) };
        let subject = |index| Subject {
            index,
            program: generate(0, index).program(),
            runs: Runs::PLAIN,
            expected: "alive 0\n".to_owned(),
        };
        let subjects: Vec<Subject> = (0..count).map(subject).collect();
        let subjects: Vec<&Subject> = subjects.iter().collect();
        let findings = lab.examine(&subjects, setting(), &|_| false).unwrap();
        findings.iter().map(|finding| (finding.index, finding.kind)).collect()
    }

    #[test]
    fn well_behaved_programs_are_not_found() {
        assert_eq!(examined("", ":", 5), []);
    }

    #[test]
    fn programs_that_the_compiler_rejects_are_found_and_the_others_run() {
        let refuse = "grep -q 'p[26]\\.' $in && { echo error: no >&2; exit 1; }";
        let expected = [(1, Kind::Mismatch), (2, Kind::CompileError), (6, Kind::CompileError)];
        assert_eq!(examined(refuse, "[ $p = 1 ] && echo more", 9), expected);
    }

    #[test]
    fn programs_that_only_fail_together_are_named_by_the_first() {
        let refuse = "grep -q 'p1\\.' $in && grep -q 'p7\\.' $in && exit 101";
        assert_eq!(examined(refuse, ":", 9), [(0, Kind::Ice)]);
    }

    #[test]
    fn programs_that_die_are_found_and_the_others_run() {
        let body = "[ $p = 1 ] && kill -SEGV $$; [ $p = 3 ] && echo more; [ $p = 4 ] && exit 7";
        let expected = [(1, Kind::Crash), (3, Kind::Mismatch), (4, Kind::Crash)];
        assert_eq!(examined("", body, 6), expected);
    }

    #[test]
    fn a_program_that_dies_only_after_others_is_still_found() {
        let body = "[ $p = 2 ] && [ $1 = 0 ] && kill -ABRT $$";
        assert_eq!(examined("", body, 4), [(2, Kind::Crash)]);
    }

    #[test]
    fn a_program_that_prints_nothing_is_found() {
        assert_eq!(examined("", "[ $p = 1 ] && continue", 3), [(1, Kind::Mismatch)]);
    }
}
