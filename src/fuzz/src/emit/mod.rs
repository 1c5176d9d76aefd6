//! Programs as Rust source.

mod code;
mod items;
mod names;
mod owners;
mod prelude;

use std::fmt::Write;

use crate::{Edition, Ending, Plan, Program, Runs};

const RUNTIME: &str = include_str!("../../../../tests/ui/async-drop/fuzz/auxiliary/runtime.rs");
const PANICS: &str = include_str!("../../../../tests/ui/async-drop/fuzz/auxiliary/panics.rs");

/// What names the file of a module in the runtime.
const PANICS_ELSEWHERE: &str = "#[path = \"panics.rs\"]\nmod panics;\n";

const HEAD: &str =
    "#![feature(async_drop, async_iterator, gen_blocks)]\n#![allow(incomplete_features, unused)]\n";

/// A program with its index and its runs.
pub type Numbered<'p> = (u64, &'p Program, &'p Runs);

/// One binary crate of several programs. Its arguments are the indices of the programs to run;
/// without arguments it runs all. For each it prints a line `program N`, and then exactly the text
/// of [`expected`](crate::expected). It is compiled with the given edition.
pub fn crate_source(programs: &[Numbered], edition: Edition) -> String {
    let mut source = HEAD.to_owned();
    let panics = format!("mod panics {{\n{PANICS}}}\n");
    write_module(&mut source, "runtime", &RUNTIME.replace(PANICS_ELSEWHERE, &panics));
    let mut table = String::new();
    for (number, program, runs) in programs {
        let items = items::program(program, edition);
        let module = format!("p{number}");
        let main = format!("pub fn run_all() {{\n{}}}\n", calls(runs));
        let text = format!("{}use super::runtime::*;\n\n{items}\n{main}", imports(&items));
        write_module(&mut source, &module, &text);
        writeln!(table, "        ({number}, {module}::run_all),").expect("a string takes all");
    }
    source + &format!("\nfn main() {{\n    runtime::run_some(&[\n{table}    ]);\n}}\n")
}

/// The calls that run a program.
fn calls(runs: &Runs) -> String {
    let mut text = String::new();
    if runs.plain {
        text += "    run(f0);\n";
    }
    if runs.panicking.is_empty() {
        return text;
    }
    text += "    run_panicking(\n        f0,\n        &[\n";
    for Plan { faults, ending } in &runs.panicking {
        let faults: Vec<_> = faults.iter().map(usize::to_string).collect();
        let ending = match ending {
            Ending::Complete => "Complete".to_owned(),
            Ending::Sync(polls) => format!("Sync({polls})"),
            Ending::Async(polls) => format!("Async({polls})"),
            Ending::Twice(polls, second) => format!("Twice({polls}, {second})"),
        };
        text += &format!("            (&[{}], Ending::{ending}),\n", faults.join(", "));
    }
    text + "        ],\n    );\n"
}

/// Modules, and the names that programs use of them.
const IMPORTS: [(&str, &[&str]); 7] = [
    ("cell", &["Cell", "OnceCell", "RefCell"]),
    (
        "collections",
        &["BTreeMap", "BTreeSet", "BinaryHeap", "HashMap", "HashSet", "LinkedList", "VecDeque"],
    ),
    ("future", &["AsyncDrop", "Future"]),
    ("hash", &["Hash", "Hasher"]),
    ("pin", &["Pin", "pin!"]),
    ("rc", &["Rc"]),
    ("sync", &["Arc", "Mutex", "OnceLock"]),
];

/// The `use` lines that the items need.
fn imports(items: &str) -> String {
    let mut text = String::new();
    for (module, names) in IMPORTS {
        let names: Vec<_> = names.iter().filter(|name| items::uses(items, name)).collect();
        let names: Vec<_> = names.iter().map(|name| name.trim_end_matches('!')).collect();
        match &names[..] {
            [] => (),
            [name] => text += &format!("use std::{module}::{name};\n"),
            names => text += &format!("use std::{module}::{{{}}};\n", names.join(", ")),
        }
    }
    text
}

/// A ui test of one program, which prints exactly the text of [`expected`](crate::expected).
/// `header` holds the `//!` lines. The runtime is included as `auxiliary/runtime.rs`.
pub fn ui_test(program: &Program, edition: Edition, header: &str, runs: &Runs) -> String {
    let year = match edition {
        Edition::E2021 => "2021",
        Edition::E2024 => "2024",
    };
    let mut directives = format!("//@ edition: {year}\n//@ run-pass\n//@ check-run-results\n");
    let mut hook = "std::panic::set_hook(Box::new(|_| ()))";
    if !runs.panicking.is_empty() {
        directives += "//@ needs-unwind\n//@ only-unix\n";
        hook = "set_hook()";
    }
    let header = if header.is_empty() || header.ends_with('\n') {
        header.to_owned()
    } else {
        format!("{header}\n")
    };
    let module = "#[path = \"auxiliary/runtime.rs\"]\nmod runtime;\n";
    let items = items::program(program, edition);
    let main = format!("fn main() {{\n    {hook};\n{}}}\n", calls(runs));
    let used = imports(&items);
    let gap = if used.is_empty() { "" } else { "\n" };
    format!("{header}{directives}{HEAD}\n{module}{used}{gap}use runtime::*;\n\n{items}\n{main}")
}

fn write_module(source: &mut String, name: &str, text: &str) {
    writeln!(source, "\nmod {name} {{\n{text}}}").expect("a string takes all");
}
