//! Programs of two crates.
//!
//! How a future is dropped, and whether it may hold anything, is known of another crate's future
//! only as far as metadata says so. So one half of all programs have a part in a library.

use super::items::Item;

/// Whether the program has a part in a library: decided by its index, as the edition is.
pub fn is_split(number: u64) -> bool {
    number / 2 % 2 == 1
}

/// The items that are in the library, and the others. The library has the functions from some
/// number on, and what else needs nothing of the others.
pub fn split(number: u64, items: Vec<Item>) -> (Vec<Item>, Vec<Item>) {
    if !is_split(number) {
        return (Vec::new(), items);
    }
    let functions: Vec<usize> = items.iter().filter_map(|item| item.function).collect();
    // The root is always in the program, and often no other.
    let kept = usize::try_from(number / 4).unwrap_or(0) % (2 * functions.len());
    let kept = if kept < functions.len() { kept } else { 0 };
    let in_program = |item: &Item| item.function.is_some_and(|number| number <= functions[kept]);
    let (mut program, mut library): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(in_program);
    loop {
        let needs = |item: &mut Item| program.iter().any(|other| item.needs(other));
        let moved: Vec<Item> = library.extract_if(.., needs).collect();
        if moved.is_empty() {
            return (library, program);
        }
        program.extend(moved);
    }
}

/// The items of a library as its users see them.
pub fn publish(text: &str) -> String {
    const ITEMS: [&str; 6] = ["struct ", "enum ", "trait ", "type ", "fn ", "async fn "];
    let mut published = String::new();
    let (mut is_struct, mut is_inherent) = (false, false);
    for line in text.split_inclusive('\n') {
        let inner = line.strip_prefix("    ").filter(|inner| !inner.starts_with(' '));
        match inner {
            Some(inner) if is_struct || is_inherent && inner.starts_with("fn ") => {
                published += "    pub ";
                published += inner;
            }
            _ if ITEMS.iter().any(|item| line.starts_with(item)) => {
                published += "pub ";
                // A struct whose fields have no names is in one line.
                match line.split_once('(').filter(|_| line.starts_with("struct ")) {
                    Some((name, fields)) => {
                        published += &format!("{name}(pub {}", fields.replace(", ", ", pub "));
                    }
                    None => published += line,
                }
            }
            _ => published += line,
        }
        if !line.starts_with(' ') {
            is_struct = line.starts_with("struct ") && line.ends_with("{\n");
            is_inherent = line.starts_with("impl ") && !line.contains(" for ");
        }
    }
    published
}

#[cfg(test)]
mod tests {
    use super::super::items;
    use super::*;
    use crate::{Edition, generate};

    #[test]
    fn fields_and_inherent_methods_are_public_and_those_of_traits_are_not() {
        let text = "struct S0 {\n    a: Plain,\n}\n\nimpl Drop for S0 {\n    fn drop(&mut self) \
                    {\n    }\n}\nimpl E1 {\n    fn tag(&self) -> &Tag {\n        a: b\n    }\n}\n\
                    struct Key<T>(usize, T);\nasync fn f1(a: Plain) {}\n";
        let expected = "pub struct S0 {\n    pub a: Plain,\n}\n\nimpl Drop for S0 {\n    fn \
                        drop(&mut self) {\n    }\n}\nimpl E1 {\n    pub fn tag(&self) -> &Tag \
                        {\n        a: b\n    }\n}\npub struct Key<T>(pub usize, pub T);\npub \
                        async fn f1(a: Plain) {}\n";
        assert_eq!(publish(text), expected);
    }

    #[test]
    fn each_item_is_in_one_crate_and_the_library_needs_nothing_of_the_program() {
        let mut in_libraries = 0;
        for number in 0..200 {
            let all = || items::program(&generate(5, number).program(), Edition::E2024);
            let (library, program) = split(number, all());
            assert_eq!(library.len() + program.len(), all().len());
            assert!(program.iter().any(|item| item.function == Some(0)));
            assert!(!library.iter().any(|item| program.iter().any(|other| item.needs(other))));
            in_libraries += library.iter().filter(|item| item.function.is_some()).count();
        }
        assert!(in_libraries > 40, "{in_libraries}");
    }
}
