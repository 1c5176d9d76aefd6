//! R1: an implicit await is less code than a close by hand. Each shape is compiled both ways, and
//! LLVM's optimised IR of the two `poll` functions is read: the implicit one calls the same
//! functions, and has at most as many instructions, in all, that touch memory, and that branch.
//!
//! By hand it is more since the `poll` of a close that was pending asks whether it has begun or
//! ended, and stores that it ends. An awaited drop knows that the one cannot be, and that nobody
//! asks for the other. Panics abort here: what unwinds is another matter.

//@ only-x86_64
//@ ignore-cross-compile

use std::collections::{BTreeMap, BTreeSet};

use run_make_support::{rfs, rustc, shallow_find_files};

/// The function that is read: the body of `async fn body`.
const FUNCTION: &str = "4body0";

/// Where a coroutine is polled that has completed, or is being cancelled: no path of a program.
const RESUMED: &str = "panic_const_async_fn_resumed";

fn main() {
    let mut shapes = shallow_find_files("shapes", |_| true);
    shapes.sort();
    assert!(shapes.len() >= 10, "{shapes:?}");
    for shape in shapes {
        let [implicit, by_hand] = ["implicit", "by_hand"].map(|side| {
            let ir = format!("{side}.ll");
            rustc()
                .input(&shape)
                .edition("2024")
                .cfg(side)
                .opt_level("3")
                .arg("-Cpanic=abort")
                .arg("-Ccodegen-units=1")
                .arg("-Zpack-coroutine-layout=yes")
                .emit(format!("llvm-ir={ir}"))
                .run();
            Function::read(&rfs::read_to_string(&ir))
        });
        let shape = shape.display();
        println!("{shape}: {} instructions, by hand {}", implicit.of(&[]), by_hand.of(&[]));
        assert_eq!(implicit.calls, by_hand.calls, "{shape}");
        for kinds in [&[][..], &["load", "store"], &["br", "switch", "select"], &["alloca"]] {
            let counts = [implicit.of(kinds), by_hand.of(kinds)];
            assert!(counts[0] <= counts[1], "{shape}: {kinds:?} {counts:?}");
        }
        assert!(implicit.of(&[]) > 20, "{shape}: that is no coroutine");
    }
}

struct Function {
    /// How often there is an instruction of each kind.
    kinds: BTreeMap<String, usize>,
    /// The functions that are called.
    calls: BTreeSet<String>,
}

impl Function {
    fn read(ir: &str) -> Function {
        let mut function = Function { kinds: BTreeMap::new(), calls: BTreeSet::new() };
        let is_start = |line: &&str| line.starts_with("define") && line.contains(FUNCTION);
        let lines = ir.lines().skip_while(|line| !is_start(line)).skip(1);
        for line in lines.take_while(|line| *line != "}") {
            // The arms of a `switch` are further in. What LLVM is told is no code.
            let is_instruction = line.starts_with("  ") && !line.starts_with("   ");
            if !is_instruction || line.trim() == "]" || line.contains("@llvm.") {
                continue;
            }
            let text = line.split_once(" = ").map_or(line, |(_, text)| text);
            let mut words = text.split_whitespace().filter(|word| *word != "tail");
            let kind = words.next().expect("a line has a word");
            *function.kinds.entry(kind.to_owned()).or_default() += 1;
            let callee = words.find_map(|word| word.strip_prefix('@'));
            if let Some(callee) =
                callee.filter(|callee| kind == "call" && !callee.contains(RESUMED))
            {
                function.calls.insert(callee.split('(').next().unwrap().to_owned());
            }
        }
        function
    }

    /// The number of instructions of these kinds, or of all.
    fn of(&self, kinds: &[&str]) -> usize {
        let of_kind = |(kind, count): (&String, &usize)| {
            if kinds.is_empty() || kinds.contains(&kind.as_str()) { *count } else { 0 }
        };
        self.kinds.iter().map(of_kind).sum()
    }
}
