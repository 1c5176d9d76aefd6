//! Programs as Rust source.

mod code;
mod items;
mod names;
mod owners;
mod prelude;
mod split;

use std::fmt::Write;

use items::Item;

use crate::{Edition, Ending, Plan, Program, Runs};

pub use split::is_split;

const RUNTIME: &str = include_str!("../../../../tests/ui/async-drop/fuzz/auxiliary/runtime.rs");
const PANICS: &str = include_str!("../../../../tests/ui/async-drop/fuzz/auxiliary/panics.rs");

/// What names the file of a module in the runtime.
const PANICS_ELSEWHERE: &str = "#[path = \"panics.rs\"]\nmod panics;\n";

const HEAD: &str =
    "#![feature(async_drop, async_iterator, gen_blocks)]\n#![allow(incomplete_features, unused)]\n";

/// A program with its index and its runs.
pub type Numbered<'p> = (u64, &'p Program, &'p Runs);

/// The sources of a binary crate and of the library [`LIBRARY`] that it uses, if any.
#[derive(Debug, PartialEq, Eq)]
pub struct Sources {
    pub library: Option<String>,
    pub binary: String,
}

/// The crate that has a part of the programs.
pub const LIBRARY: &str = "library";

/// One binary crate of several programs. Its arguments are the indices of the programs to run;
/// without arguments it runs all. For each it prints a line `program N`, and then exactly the text
/// of [`expected`](crate::expected). It is compiled with the given edition. There is a library if
/// one of the programs [has a part in one](is_split).
pub fn sources(programs: &[Numbered], edition: Edition) -> Sources {
    let has_library = programs.iter().any(|(number, ..)| is_split(*number));
    let (mut library, mut binary) = (HEAD.to_owned(), HEAD.to_owned());
    let panics = format!("mod panics {{\n{PANICS}}}\n");
    let runtime = RUNTIME.replace(PANICS_ELSEWHERE, &panics);
    if has_library {
        write_module(&mut library, "pub mod runtime", &runtime);
        binary += &format!("\nuse {LIBRARY}::runtime;\n");
    } else {
        write_module(&mut binary, "mod runtime", &runtime);
    }
    let mut table = String::new();
    for (number, program, runs) in programs {
        let (shared, own) = split::split(*number, items::program(program, edition));
        let module = format!("p{number}");
        let mut uses = String::new();
        if !shared.is_empty() {
            let items = split::publish(&items::text(&shared));
            let text = format!("{}use super::runtime::*;\n\n{items}", imports(&items));
            write_module(&mut library, &format!("pub mod {module}"), &text);
            uses = format!("use {LIBRARY}::{module}::*;\n");
        }
        let items = items::text(&own);
        let main = format!("pub fn run_all() {{\n{}}}\n", calls(runs));
        let text = format!("{}{uses}use super::runtime::*;\n\n{items}\n{main}", imports(&items));
        write_module(&mut binary, &format!("mod {module}"), &text);
        writeln!(table, "        ({number}, {module}::run_all),").expect("a string takes all");
    }
    binary += &format!("\nfn main() {{\n    runtime::run_some(&[\n{table}    ]);\n}}\n");
    Sources { library: has_library.then_some(library), binary }
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
    let items = items::program(program, edition);
    let module = "#[path = \"auxiliary/runtime.rs\"]\nmod runtime;\n";
    ui_test_of(&items, edition, header, runs, "", module)
}

/// The files of a ui test of that name: the test, and of a program that [has a part in a
/// library](is_split) the library. Each with its path in the folder of the tests.
pub fn ui_test_files(
    (number, program, runs): Numbered,
    edition: Edition,
    header: &str,
    name: &str,
) -> Vec<(String, String)> {
    let path = format!("{name}.rs");
    if !is_split(number) {
        return vec![(path, ui_test(program, edition, header, runs))];
    }
    let (shared, own) = split::split(number, items::program(program, edition));
    let library = format!("{name}-library");
    let krate = library.replace('-', "_");
    let directive = format!("//@ aux-build: {library}.rs\n");
    let modules = format!("extern crate {krate};\nuse {krate}::runtime;\nuse {krate}::*;\n");
    let test = ui_test_of(&own, edition, header, runs, &directive, &modules);
    let items = split::publish(&items::text(&shared));
    let text = format!(
        "//@ edition: {}\n{HEAD}\n#[path = \"runtime.rs\"]\npub mod runtime;\n{}\nuse \
         runtime::*;\n\n{items}",
        edition.year(),
        imports(&items)
    );
    vec![(path, test), (format!("auxiliary/{library}.rs"), text)]
}

fn ui_test_of(
    items: &[Item],
    edition: Edition,
    header: &str,
    runs: &Runs,
    directive: &str,
    modules: &str,
) -> String {
    let mut directives = format!(
        "//@ edition: {}\n{directive}//@ run-pass\n//@ check-run-results\n",
        edition.year()
    );
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
    let items = items::text(items);
    let main = format!("fn main() {{\n    {hook};\n{}}}\n", calls(runs));
    let used = imports(&items);
    let gap = if used.is_empty() { "" } else { "\n" };
    format!("{header}{directives}{HEAD}\n{modules}{used}{gap}use runtime::*;\n\n{items}\n{main}")
}

fn write_module(source: &mut String, head: &str, text: &str) {
    writeln!(source, "\n{head} {{\n{text}}}").expect("a string takes all");
}
