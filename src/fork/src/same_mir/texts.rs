//! Reads what the two compilers wrote, and finds what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Difference;
use super::canonical::{canonical, digit};

/// How the names of coroutine types begin.
const COROUTINES: [&str; 4] = ["{async ", "{coroutine", "{gen ", "{static coroutine"];

/// All that two compilers cannot write alike: where the library's sources are. It is a part of the
/// names of closures. Where the compilers themselves are, and what they are called, is not in MIR.
pub(super) fn normal(mut text: String, library: &[String]) -> String {
    for way in library {
        if text.contains(way) {
            text = text.replace(way, "$RUST/");
        }
    }
    text
}

/// A part of a text that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    name: String,
    pub(super) text: String,
}

/// Splits what `--emit=mir` writes. The constants in memory that are printed below a function
/// belong to it.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for line in text.split_inclusive('\n') {
        let inside = line.starts_with([' ', '}', '/', '\n']);
        let memory = line.strip_prefix("alloc").is_some_and(|rest| rest.starts_with(digit));
        if !inside && !memory {
            let name = line.trim_end().trim_end_matches(['{', '=', ' ']).to_owned();
            items.push(Item { name, text: String::new() });
        }
        if let Some(item) = items.last_mut() {
            item.text += line;
        }
    }
    items
}

/// Splits what `-Zprint-type-sizes` prints. The order follows the names before normalisation.
pub(super) fn types(text: &str) -> Vec<Item> {
    let mut types: Vec<Item> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("print-type-size type: ") {
            let name = rest.split('`').nth(1).unwrap_or(rest).to_owned();
            types.push(Item { name, text: String::new() });
        }
        if let Some(item) = types.last_mut() {
            item.text += line;
        }
    }
    types.sort();
    types
}

/// Compares item by item; what has one name is compared in the order in which it stands.
pub(super) fn compare(
    items: &[Vec<Item>; 2],
    files: &[PathBuf; 2],
    differing: &mut Vec<Difference>,
) {
    if items[0] == items[1] {
        return;
    }
    let [stock, fork] = items.each_ref().map(|side| {
        let mut by_name = BTreeMap::<&str, Vec<&str>>::new();
        for Item { name, text } in side {
            by_name.entry(name).or_default().push(text);
        }
        by_name
    });
    let before = differing.len();
    let names: BTreeSet<&str> = stock.keys().chain(fork.keys()).copied().collect();
    let none = Vec::new();
    for name in names {
        let [a, b] = [&stock, &fork].map(|side| side.get(name).unwrap_or(&none));
        for n in 0..a.len().max(b.len()) {
            let [a, b] = [a, b].map(|side| side.get(n).copied().unwrap_or(""));
            if a != b {
                let lines = first_difference(a, b);
                differing.push(Difference { what: name.to_owned(), lines, files: files.clone() });
            }
        }
    }
    if differing.len() == before {
        let what = "the order of functions".to_owned();
        differing.push(Difference { what, lines: String::new(), files: files.clone() });
    }
}

/// The first lines that differ, after the line before them.
pub(super) fn first_difference(stock: &str, fork: &str) -> String {
    let [a, b] = [stock, fork].map(|text| text.lines().collect::<Vec<_>>());
    let equal = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let mut lines = String::new();
    if equal > 0 {
        lines += &format!("  {}\n", a[equal - 1]);
    }
    for (sign, side) in [('-', a), ('+', b)] {
        for line in side.iter().skip(equal).take(4) {
            let _ = writeln!(lines, "{sign} {line}");
        }
    }
    lines
}

/// The dumps in a folder that are compared: by first line, the text and the file.
pub(super) fn glue(
    folder: &Path,
    library: &[String],
) -> Result<BTreeMap<String, Vec<(String, PathBuf)>>> {
    let mut found = BTreeMap::<String, Vec<(String, PathBuf)>>::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        // Dumps of the poll functions are `.coroutine_drop_async.` and `.coroutine_drop_proxy_async.`.
        if !name.contains(".coroutine_drop.") && !name.contains(".runtime-optimized.") {
            continue;
        }
        if !entry.file_type().is_file() || !name.ends_with(".mir") {
            continue;
        }
        let text = normal(fs::read_to_string(entry.path())?, library);
        let first = text.lines().find(|line| line.starts_with("fn ")).unwrap_or(&name);
        let first = first.trim_end_matches(['{', ' ']).to_owned();
        let coroutine = COROUTINES.iter().any(|kind| first.contains(&format!("(_1: *mut {kind}")));
        let text = if coroutine { canonical(&text) } else { text };
        found.entry(first).or_default().push((text, entry.into_path()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::same_mir::ways_to_write_library;

    const MIR: &str = "// WARNING: This output format is intended for human consumers only\n\nfn \
                       one(_1: String) -> () {\n    bb0: {\n        drop(_1) -> [return: bb1, \
                       unwind continue];\n    }\n\n    bb1: {\n        return;\n    }\n}\n\n\
                       alloc1 (size: 1, align: 1) {\n    61 │ a\n}\n\nconst X: u8 = {\n    bb0: \
                       {\n        return;\n    }\n}\n";

    fn differences(stock: &str, fork: &str) -> Vec<Difference> {
        let mut found = Vec::new();
        let files = ["stock.mir", "fork.mir"].map(PathBuf::from);
        compare(&[items(stock), items(fork)], &files, &mut found);
        found
    }

    #[test]
    fn the_library_has_one_name() {
        let ways = ways_to_write_library("abc", &[Path::new("/none/such")]);
        let ways: Vec<String> = ways.lines().map(str::to_owned).collect();
        for way in ["/rustc/abc/", "/none/such/lib/rustlib/src/rust/"] {
            let text = format!("{{closure@{way}library/std/src/lib.rs:1:2: 3:4}}");
            assert_eq!(normal(text, &ways), "{closure@$RUST/library/std/src/lib.rs:1:2: 3:4}");
        }
        let own = "{closure@/home/a/src/lib.rs:1:2: 3:4}";
        assert_eq!(normal(own.to_owned(), &ways), own);
    }

    #[test]
    fn memory_belongs_to_the_function_above() {
        let items = items(MIR);
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["fn one(_1: String) -> ()", "const X: u8"]);
        assert!(items[0].text.contains("61 │ a"));
        assert!(differences(MIR, MIR).is_empty());
    }

    #[test]
    fn what_differs_is_named() {
        let other = MIR.replace("drop(_1) -> [return: bb1, unwind continue]", "goto -> bb1");
        let found = differences(MIR, &other);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, "fn one(_1: String) -> ()");
        let (minus, plus) = found[0].lines.split_once("\n+").unwrap();
        assert!(minus.starts_with("      bb0: {\n-         drop(_1)"), "{minus}");
        assert!(plus.starts_with("         goto -> bb1;"), "{plus}");

        let memory = differences(MIR, &MIR.replace("61 │ a", "62 │ b"));
        assert_eq!(memory[0].what, "fn one(_1: String) -> ()");
    }

    #[test]
    fn a_missing_function_and_another_order_are_differences() {
        let without = MIR.split("const").next().unwrap();
        assert_eq!(differences(MIR, without)[0].what, "const X: u8");
        assert_eq!(differences(without, MIR)[0].what, "const X: u8");
        let turned: String = items(MIR).into_iter().rev().map(|item| item.text).collect();
        assert_eq!(differences(MIR, &turned)[0].what, "the order of functions");
        // The same name twice, as with impls that a macro made.
        let twice = format!("{MIR}{}", MIR.replace("61 │ a", "62 │ b"));
        assert_eq!(differences(&twice, &twice).len(), 0);
        assert_eq!(differences(&twice, &format!("{MIR}{MIR}")).len(), 1);
    }

    #[test]
    fn types_are_compared_whatever_their_order() {
        let one = "print-type-size type: `a`: 8 bytes, alignment: 8 bytes\nprint-type-size     \
                   field `.0`: 8 bytes\n";
        let two = "print-type-size type: `b`: 8 bytes, alignment: 8 bytes\n";
        let [ab, ba] = [format!("{one}{two}"), format!("{two}{one}")].map(|text| types(&text));
        assert_eq!(ab, ba);
        assert_eq!((ab.len(), ab[0].name.as_str()), (2, "a"));
        assert_ne!(ab, types(&format!("{one}{}", two.replace("8 bytes,", "9 bytes,"))));
    }
}
