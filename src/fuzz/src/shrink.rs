//! Makes a failing program small.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use asyncdrop_fuzz::{Case, Program, generate, ui_test};

use crate::campaign::predict;
use crate::compile::Setting;
use crate::examine::{Finding, Lab, Stage, Subject};
use crate::verdict::Kind;

/// Programs compiled to make one smaller.
const COMPILES: usize = 200;
/// Time to make one smaller.
const TIME: Duration = Duration::from_secs(180);
/// Steps without a compile, each of which gave a program that was known already.
const STEPS: usize = 20_000;

/// A small program that fails as the large one does.
#[derive(Debug)]
pub struct Shrunk {
    pub program: Program,
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
        let text = ui_test(&program, finding.edition, "");
        if let Some(fails) = known.get(&text) {
            return Ok(Some(if *fails { Verdict::Known } else { Verdict::Passes }));
        }
        compiles += usize::from(finding.kind != Kind::FuzzerPanic);
        let found = probe(lab, program, finding)?;
        known.insert(text, found.is_some());
        Ok(Some(match found {
            Some((subject, finding)) => Verdict::Fails(Shrunk {
                program: subject.program,
                expected: subject.expected,
                finding,
                compiles,
            }),
            None => Verdict::Passes,
        }))
    })
}

/// Whether a program alone fails as `like` did.
fn probe(lab: &Lab, program: Program, like: &Finding) -> Result<Option<(Subject, Finding)>> {
    let subject = |expected| Subject { index: like.index, program: program.clone(), expected };
    let expected = match predict(&program, like.edition) {
        Ok(_) if like.kind == Kind::FuzzerPanic => return Ok(None),
        Ok(expected) => expected,
        Err(said) if like.kind == Kind::FuzzerPanic => {
            let finding = Finding { seen: said, ..like.clone() };
            return Ok(Some((subject(String::new()), finding)));
        }
        Err(_) => return Ok(None),
    };
    let subject = subject(expected);
    let setting = Setting { edition: like.edition, opt_level: like.opt_level };
    let mut findings =
        lab.examine(&[&subject], setting, &|_| like.stage == Stage::Valgrind)?.into_iter();
    let found = findings.find(|finding| finding.kind == like.kind);
    Ok(found.map(|finding| (subject, finding)))
}

#[cfg(test)]
mod tests {
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
    fn what_passes_alone_is_not_shrunk_and_the_number_of_tries_is_bounded() {
        assert_eq!(least(|_| false, 1_000), None);
        assert_eq!(least(|n| n >= 137, 3), Some(500));
    }
}
