//! Generation of programs from a seed.
//!
//! proptest generates and shrinks a [`Raw`] program: trees of numbers, which say little by
//! themselves. [`resolve`](crate::resolve) makes a well-formed program of any of them.

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::Program;
use crate::resolve::resolve;

/// A choice, and what it is made of.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Which of the things that fit.
    pub kind: u8,
    /// How often, which one, and the like.
    pub detail: u8,
    pub parts: Vec<Node>,
}

/// The head and the body of a function or a type.
#[derive(Clone, Debug)]
pub struct RawItem {
    pub head: Node,
    pub body: Vec<Node>,
}

/// A program before it is resolved.
#[derive(Clone, Debug)]
pub struct Raw {
    pub types: Vec<RawItem>,
    pub functions: Vec<RawItem>,
    /// Functions that the destructors of the types may call.
    pub leaves: Vec<RawItem>,
}

fn node(depth: u32) -> BoxedStrategy<Node> {
    let numbers = (any::<u8>(), any::<u8>());
    if depth == 0 {
        return numbers.prop_map(|(kind, detail)| Node { kind, detail, parts: Vec::new() }).boxed();
    }
    (numbers, vec(node(depth - 1), 0..=4))
        .prop_map(|((kind, detail), parts)| Node { kind, detail, parts })
        .boxed()
}

fn item(statements: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = RawItem> {
    (node(2), vec(node(3), statements)).prop_map(|(head, body)| RawItem { head, body })
}

fn raw() -> impl Strategy<Value = Raw> {
    let functions = (item(3..=9), vec(item(1..=6), 0..=3), vec(item(1..=3), 0..=2));
    (vec(item(0..=2), 0..=3), functions).prop_map(|(types, (root, mut functions, leaves))| {
        functions.insert(0, root);
        Raw { types, functions, leaves }
    })
}

/// A generated program that can be shrunk.
pub struct Case(Box<dyn ValueTree<Value = Raw>>);

/// The program `index` of the campaign `seed`: the same arguments give the same program.
pub fn generate(seed: u64, index: u64) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&index.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    match raw().new_tree(&mut runner) {
        Ok(tree) => Case(Box::new(tree)),
        Err(reason) => unreachable!("nothing is filtered: {reason}"),
    }
}

impl Case {
    /// The program in its present size.
    pub fn program(&self) -> Program {
        resolve(&self.0.current())
    }

    /// Makes the program smaller. `false` if it cannot be made smaller.
    pub fn simplify(&mut self) -> bool {
        self.0.simplify()
    }

    /// Takes a part of the last `simplify` back. `false` if there is none.
    pub fn complicate(&mut self) -> bool {
        self.0.complicate()
    }
}

#[cfg(test)]
mod tests {
    use super::generate;
    use crate::{Edition, Program, Runs, Unwind, expected, plans, sources, ui_test};

    #[test]
    fn the_same_numbers_give_the_same_program() {
        for index in 0..20 {
            let (one, two) = (generate(7, index).program(), generate(7, index).program());
            for edition in [Edition::E2021, Edition::E2024] {
                let text = sources(&[(index, &one, &Runs::PLAIN)], edition);
                assert_eq!(text, sources(&[(index, &two, &Runs::PLAIN)], edition));
                assert_eq!(
                    expected(&one, edition, &Runs::PLAIN),
                    expected(&two, edition, &Runs::PLAIN)
                );
            }
        }
    }

    #[test]
    fn other_numbers_give_other_programs() {
        let text = |seed, index| {
            ui_test(&generate(seed, index).program(), Edition::E2024, "", &Runs::PLAIN)
        };
        assert_ne!(text(1, 0), text(1, 1));
        assert_ne!(text(1, 0), text(2, 0));
    }

    /// The oracle interprets whatever shrinking makes, and the smallest program does nothing.
    #[test]
    fn each_smaller_program_is_valid() {
        for index in 0..10 {
            let mut case = generate(11, index);
            let mut steps = 0;
            while case.simplify() {
                let program = case.program();
                assert!(expected(&program, Edition::E2024, &Runs::PLAIN).contains("alive 0"));
                steps += 1;
            }
            assert!(steps > 0);
        }
    }

    /// The oracle predicts each panic, whichever way values are dropped while it unwinds.
    #[test]
    fn panics_are_predicted() {
        let mut count = 0;
        for index in 0..60 {
            let program = generate(13, index).program();
            for unwind in [Unwind::Sync, Unwind::Await] {
                let panicking = plans(&program, Edition::E2024, unwind, 10);
                count += panicking.len();
                let runs = Runs { unwind, plain: false, panicking };
                let trace = expected(&program, Edition::E2024, &runs);
                let begins = trace.lines().filter(|line| line.starts_with("panics ")).count();
                assert_eq!(begins, runs.panicking.len());
            }
        }
        assert!(count > 1_000, "{count} panics only");
    }

    /// What is rare is made too.
    #[test]
    fn rare_constructs_are_made() {
        let programs: Vec<_> = (0..400).map(|index| generate(5, index).program()).collect();
        let texts: Vec<_> = programs
            .iter()
            .map(|program| ui_test(program, Edition::E2024, "", &Runs::PLAIN))
            .collect();
        let rare = [
            "async gen move",
            "yield",
            ".as_mut()).await {",
            "item(tick(",
            "= &mut ",
            "fn tag(",
            "dyn Loud",
            "dyn Future",
            "dyn Fn()",
            "dyn FnOnce()",
            "Option<Box<",
            "(*",
            "vec![",
            ".into_boxed_slice()",
            "Rc::<[_]>",
            "deque([",
            "LinkedList::from",
            "BinaryHeap::from",
            "BTreeSet::from",
            "BTreeMap::from",
            "HashMap::from",
            "HashSet::from",
            "list([",
            "chain([",
            "tree([",
            "RefCell::new",
            "Mutex::new",
            "once_cell(",
            "once_lock(",
            " Cell::new",
            " in drained(",
            " in drained_deque(",
            "Rc::clone",
            "Arc::clone",
            "Rc::downgrade",
            ".upgrade()",
            "Rc::into_inner",
            "IntoIterator::into_iter",
            ".push(",
            ".insert(",
            "remove(",
            "drain(",
            ".truncate(",
            ".clear()",
            "std::mem::take(",
            "std::mem::replace(",
        ];
        for rare in rare {
            let count = texts.iter().filter(|text| text.contains(rare)).count();
            assert!(count >= 5, "{count} times {rare}");
        }
        // A destructor that calls a function, and one that returns early.
        for rare in ["Call(", "Return("] {
            let is_made = |program: &&Program| format!("{:?}", program.types).contains(rare);
            assert!(programs.iter().any(|program| is_made(&program)), "{rare}");
        }
    }

    #[test]
    fn edition_2021_has_no_generators() {
        for index in 0..100 {
            let program = generate(5, index).program();
            assert!(!ui_test(&program, Edition::E2021, "", &Runs::PLAIN).contains("async gen"));
        }
    }

    /// All but long patterns and conditions fit into the lines of the repository.
    #[test]
    fn lines_are_short() {
        let lines =
            |index| ui_test(&generate(3, index).program(), Edition::E2024, "", &Runs::PLAIN);
        let text: String = (0..100).map(lines).collect();
        let long = text.lines().filter(|line| line.chars().count() > 100).count();
        assert!(long * 1000 < text.lines().count(), "{long} long lines");
    }
}
