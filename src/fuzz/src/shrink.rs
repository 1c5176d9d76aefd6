//! Makes a failing program small.

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use anyhow::Result;
use asyncdrop_fuzz::{Case, Plan, Program, Runs, generate, plans, ui_test};

use crate::campaign::{predict, said};
use crate::compile::Setting;
use crate::examine::{Finding, Lab, Stage, Subject};
use crate::verdict::Kind;

/// Programs compiled to make one smaller.
const COMPILES: usize = 200;
/// Time to make one smaller.
const TIME: Duration = Duration::from_secs(180);
/// How many steps panic in the programs on the way, one in each run.
const FAULTS: usize = 30;
/// Runs that are tried alone in the end.
const RUNS: usize = 25;
/// Steps without a compile, each of which gave a program that was known already.
const STEPS: usize = 20_000;

/// A small program that fails as the large one does.
#[derive(Debug)]
pub struct Shrunk {
    pub program: Program,
    pub runs: Runs,
    pub expected: String,
    pub finding: Finding,
    /// Programs compiled to find it.
    pub compiles: usize,
}

/// The protocol of proptest's value trees.
trait Tree {
    /// Makes it smaller; `false` if nothing is left to try.
    fn simplify(&mut self) -> bool;
    /// Takes a part of the last step back; `false` if nothing is left to try.
    fn complicate(&mut self) -> bool;
}

impl Tree for Case {
    fn simplify(&mut self) -> bool {
        Self::simplify(self)
    }

    fn complicate(&mut self) -> bool {
        Self::complicate(self)
    }
}

/// The smallest tree that was found to fail, as `fails` returned it. `None` if the first does not;
/// ends early if `fails` returns `None`.
fn minimise<T: Tree, V>(
    tree: &mut T,
    mut fails: impl FnMut(&T) -> Result<Option<Verdict<V>>>,
) -> Result<Option<V>> {
    let Some(Verdict::Fails(mut least)) = fails(tree)? else { return Ok(None) };
    let mut goes_on = tree.simplify();
    while goes_on {
        goes_on = match fails(tree)? {
            Some(Verdict::Fails(value)) => {
                least = value;
                tree.simplify()
            }
            Some(Verdict::Known) => tree.simplify(),
            Some(Verdict::Passes) => tree.complicate(),
            None => false,
        };
    }
    Ok(Some(least))
}

/// What became of one program on the way.
enum Verdict<V> {
    Fails(V),
    /// As before it, which failed.
    Known,
    Passes,
}

/// Shrinks the program of a finding. `None` if it does not fail when it is alone.
pub fn shrink(lab: &Lab, seed: u64, finding: &Finding) -> Result<Option<Shrunk>> {
    // With panics only if it needs them.
    let shrunk = shrink_with(lab, seed, finding, false)?;
    if shrunk.is_some() {
        return Ok(shrunk);
    }
    match shrink_with(lab, seed, finding, true)? {
        Some(shrunk) => Ok(Some(with_one_run(lab, shrunk)?)),
        None => Ok(None),
    }
}

fn shrink_with(lab: &Lab, seed: u64, finding: &Finding, panics: bool) -> Result<Option<Shrunk>> {
    let start = Instant::now();
    let mut known = HashMap::new();
    let (mut compiles, mut steps) = (0, 0);
    let mut case = generate(seed, finding.index);
    minimise(&mut case, |case| {
        steps += 1;
        if compiles >= COMPILES || steps > STEPS || start.elapsed() > TIME {
            return Ok(None);
        }
        let program = case.program();
        // Different trees may give the same program.
        let text = ui_test(&program, finding.edition, "", &Runs::PLAIN);
        if let Some(fails) = known.get(&text) {
            return Ok(Some(if *fails { Verdict::Known } else { Verdict::Passes }));
        }
        compiles += usize::from(finding.kind != Kind::FuzzerPanic);
        let found = match runs(lab, &program, finding, panics) {
            Ok(runs) => probe(lab, program, runs, finding)?,
            Err(seen) if finding.kind == Kind::FuzzerPanic => {
                let subject = Subject {
                    index: finding.index,
                    program,
                    runs: Runs::PLAIN,
                    expected: String::new(),
                };
                Some((subject, Finding { seen, ..finding.clone() }))
            }
            Err(_) => None,
        };
        known.insert(text, found.is_some());
        Ok(Some(match found {
            Some((Subject { program, runs, expected, .. }, finding)) => {
                Verdict::Fails(Shrunk { program, runs, expected, finding, compiles })
            }
            None => Verdict::Passes,
        }))
    })
}

/// The runs of a program on the way, or what the panic of the oracle said.
fn runs(lab: &Lab, program: &Program, like: &Finding, panics: bool) -> Result<Runs, String> {
    let unwind = lab.compiler.unwind;
    if !panics {
        return Ok(Runs { unwind, ..Runs::PLAIN });
    }
    let panicking = catch_unwind(|| plans(program, like.edition, unwind, FAULTS));
    panicking
        .map(|panicking| Runs { unwind, plain: false, panicking })
        .map_err(|panic| said(&*panic))
}

/// The same with one of its runs only, if it still fails.
fn with_one_run(lab: &Lab, shrunk: Shrunk) -> Result<Shrunk> {
    let differs = |plan: &&Plan| {
        let section = section(&shrunk.expected, plan);
        section.is_none_or(|section| !shrunk.finding.seen.contains(section))
    };
    for plan in shrunk.runs.panicking.iter().filter(differs).take(RUNS) {
        let runs = Runs { panicking: vec![plan.clone()], ..shrunk.runs.clone() };
        let found = probe(lab, shrunk.program.clone(), runs, &shrunk.finding)?;
        if let Some((Subject { program, runs, expected, .. }, finding)) = found {
            return Ok(Shrunk { program, runs, expected, finding, compiles: shrunk.compiles });
        }
    }
    Ok(shrunk)
}

/// What a run prints, in the text of all runs.
fn section<'a>(text: &'a str, plan: &Plan) -> Option<&'a str> {
    let title = format!("{plan}\n");
    let start = text.find(&title)?;
    let end = text[start + title.len()..]
        .find("\npanics ")
        .map_or(text.len(), |end| start + title.len() + end + 1);
    Some(&text[start..end])
}

/// Whether a program alone fails as `like` did.
fn probe(
    lab: &Lab,
    program: Program,
    runs: Runs,
    like: &Finding,
) -> Result<Option<(Subject, Finding)>> {
    let (expected, seen) = match predict(&program, like.edition, &runs) {
        Ok(expected) => (expected, None),
        Err(said) => (String::new(), Some(said)),
    };
    let subject = Subject { index: like.index, program, runs, expected };
    if like.kind == Kind::FuzzerPanic {
        return Ok(seen.map(|seen| (subject, Finding { seen, ..like.clone() })));
    }
    if seen.is_some() {
        return Ok(None);
    }
    let setting = Setting { edition: like.edition, opt_level: like.opt_level };
    let mut findings =
        lab.examine(&[&subject], setting, &|_| like.stage == Stage::Valgrind)?.into_iter();
    let found = findings.find(|finding| finding.kind == like.kind);
    Ok(found.map(|finding| (subject, finding)))
}

#[cfg(test)]
mod tests {
    use asyncdrop_fuzz::Ending;

    use super::*;

    /// A number that is made smaller by halving the distance to what is known to pass.
    struct Number {
        passes: u32,
        now: u32,
        fails: u32,
    }

    impl Tree for Number {
        fn simplify(&mut self) -> bool {
            self.fails = self.now;
            self.now = self.passes + (self.fails - self.passes) / 2;
            self.now != self.fails && self.now != self.passes
        }

        fn complicate(&mut self) -> bool {
            self.passes = self.now;
            self.now += (self.fails - self.now) / 2;
            self.now != self.passes
        }
    }

    fn least(fails: impl Fn(u32) -> bool, mut tries: u32) -> Option<u32> {
        let mut tree = Number { passes: 0, now: 1_000, fails: 1_000 };
        minimise(&mut tree, |tree| {
            tries = tries.saturating_sub(1);
            if tries == 0 {
                return Ok(None);
            }
            Ok(Some(if fails(tree.now) { Verdict::Fails(tree.now) } else { Verdict::Passes }))
        })
        .unwrap()
    }

    #[test]
    fn the_smallest_that_fails_is_found() {
        assert_eq!(least(|n| n >= 137, 1_000), Some(137));
        assert_eq!(least(|n| n >= 1_000, 1_000), Some(1_000));
    }

    #[test]
    fn the_text_of_a_run_ends_where_the_next_one_begins() {
        let plan = |fault| Plan { faults: vec![fault], ending: Ending::Sync(1) };
        let text = "complete\n  poll\npanics 2 sync 1\n  a\npanics 12 sync 1\n  b\n";
        assert_eq!(section(text, &plan(2)), Some("panics 2 sync 1\n  a\n"));
        assert_eq!(section(text, &plan(12)), Some("panics 12 sync 1\n  b\n"));
        assert_eq!(section(text, &plan(1)), None);
    }

    #[test]
    fn what_passes_alone_is_not_shrunk_and_the_number_of_tries_is_bounded() {
        assert_eq!(least(|_| false, 1_000), None);
        assert_eq!(least(|n| n >= 137, 3), Some(500));
    }
}
