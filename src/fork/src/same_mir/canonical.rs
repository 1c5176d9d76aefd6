//! The control flow of a body of MIR, whatever its blocks and locals are called.

use std::collections::BTreeMap;
use std::fmt::Write;

/// A body of MIR without what is left of how it came about: empty blocks, blocks with a single way
/// in that could be a part of the one before, unused locals, and the numbers of blocks and locals,
/// which are given anew in the order of the control flow.
///
/// The drop glue of coroutines is compared like this. Stock builds the MIR of any coroutine with a
/// third way out of some drops, whether or not the crate uses the feature, and the fork does not.
/// That edge is gone before the glue is made, but the edges that led to one block have kept it from
/// being merged into another, and its drop ladder has left locals.
pub(super) fn canonical(text: &str) -> String {
    let Some(mut body) = Body::parse(text) else { return text.to_owned() };
    body.merge();
    body.print()
}

#[derive(Debug)]
struct Body {
    head: Vec<String>,
    blocks: BTreeMap<usize, Block>,
    tail: String,
}

#[derive(Debug, Clone, Default)]
struct Block {
    cleanup: bool,
    /// The last one is the terminator.
    lines: Vec<String>,
}

pub(super) fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

impl Body {
    fn parse(text: &str) -> Option<Self> {
        let mut body = Self { head: Vec::new(), blocks: BTreeMap::new(), tail: String::new() };
        let mut lines = text.lines();
        let mut current: Option<(usize, Block)> = None;
        for line in lines.by_ref() {
            if line == "}" {
                break;
            }
            let begin = line.strip_prefix("    bb").filter(|_| line.ends_with('{'));
            if let Some((number, block)) = &mut current {
                if line == "    }" {
                    body.blocks.insert(*number, std::mem::take(block));
                    current = None;
                } else {
                    block.lines.push(line.trim().to_owned());
                }
            } else if let Some(begin) = begin {
                let end = begin.find(|c| !digit(c))?;
                let block = Block { cleanup: begin.contains("(cleanup)"), lines: Vec::new() };
                current = Some((begin[..end].parse().ok()?, block));
            } else if body.blocks.is_empty() {
                body.head.push(line.trim().to_owned());
            }
        }
        for block in body.blocks.values_mut() {
            block.lines.retain(|line| line != "nop;");
        }
        body.tail = lines.map(|line| format!("{line}\n")).collect();
        body.blocks.contains_key(&0).then_some(body)
    }

    /// Where a block leads to, if it does nothing but go there in the end.
    fn goes_to(&self, number: usize) -> Option<usize> {
        let last = self.blocks.get(&number)?.lines.last()?;
        last.strip_prefix("goto -> bb")?.strip_suffix(';')?.parse().ok()
    }

    fn merge(&mut self) {
        // Past empty blocks. A chain of them ends, as there are no more steps than blocks.
        let targets: BTreeMap<usize, usize> = self
            .blocks
            .keys()
            .map(|&number| {
                let mut end = number;
                for _ in 0..self.blocks.len() {
                    match self.goes_to(end) {
                        Some(next) if self.blocks[&end].lines.len() == 1 => end = next,
                        _ => break,
                    }
                }
                (number, end)
            })
            .collect();
        for block in self.blocks.values_mut() {
            if let Some(last) = block.lines.last_mut() {
                *last = renumber(last, "bb", &mut |number| targets.get(&number).copied());
            }
        }
        self.keep_reachable();
        // Into the block before, if there is one way in.
        let numbers: Vec<usize> = self.blocks.keys().copied().collect();
        for number in numbers {
            while let Some(next) = self.blocks.get(&number).and_then(|_| self.goes_to(number)) {
                let ways: usize = self.blocks.values().map(|b| count(b, next)).sum();
                if ways != 1 || next == 0 || next == number {
                    break;
                }
                let Some(rest) = self.blocks.remove(&next) else { break };
                let Some(block) = self.blocks.get_mut(&number) else { break };
                block.lines.pop();
                block.lines.extend(rest.lines);
            }
        }
    }

    fn keep_reachable(&mut self) {
        let order = self.order();
        self.blocks.retain(|number, _| order.contains(number));
    }

    /// Blocks in the order in which the control flow comes to them.
    fn order(&self) -> Vec<usize> {
        let (mut order, mut open) = (Vec::new(), vec![0]);
        while let Some(number) = open.pop() {
            let Some(block) = self.blocks.get(&number) else { continue };
            if order.contains(&number) {
                continue;
            }
            order.push(number);
            let successors = numbers(block.lines.last().map_or("", String::as_str), "bb");
            open.extend(successors.into_iter().rev());
        }
        order
    }

    fn print(&self) -> String {
        let order = self.order();
        let mut text = String::new();
        for number in &order {
            let block = &self.blocks[number];
            let cleanup = if block.cleanup { " (cleanup)" } else { "" };
            let _ = writeln!(text, "    bb{number}{cleanup}: {{");
            block.lines.iter().for_each(|line| text += &format!("        {line}\n"));
            text += "    }\n";
        }
        let place = |number| order.iter().position(|&at| at == number);
        let text = renumber(&text, "bb", &mut |number| place(number));

        // Locals in the order of their use: the return place, then what the head names.
        let mut used: Vec<usize> = vec![0];
        let mut add = |line: &str| {
            for local in numbers(line, "_") {
                if !used.contains(&local) {
                    used.push(local);
                }
            }
        };
        let (declared, head): (Vec<&String>, Vec<&String>) =
            self.head.iter().partition(|line| line.starts_with("let "));
        head.iter().for_each(|line| add(line));
        text.lines().for_each(&mut add);
        let mut new = |number| used.iter().position(|&at| at == number);
        let mut head: Vec<String> = head.iter().map(|line| renumber(line, "_", &mut new)).collect();
        let mut declared: Vec<String> = declared
            .into_iter()
            .filter(|line| numbers(line, "_").first().is_some_and(|local| used.contains(local)))
            .map(|line| renumber(line, "_", &mut |number| used.iter().position(|&at| at == number)))
            .collect();
        declared.sort();
        head.extend(declared);
        let text = renumber(&text, "_", &mut |number| used.iter().position(|&at| at == number));
        format!("{}\n{text}{}", head.join("\n"), self.tail)
    }
}

/// How often a block leads to another.
fn count(block: &Block, to: usize) -> usize {
    let last = block.lines.last().map_or("", String::as_str);
    numbers(last, "bb").into_iter().filter(|&number| number == to).count()
}

/// The numbers after `prefix`, where it begins a word.
fn numbers(text: &str, prefix: &str) -> Vec<usize> {
    let mut found = Vec::new();
    renumber(text, prefix, &mut |number| {
        found.push(number);
        None
    });
    found
}

/// Gives new numbers after `prefix`, where it begins a word.
fn renumber(text: &str, prefix: &str, new: &mut dyn FnMut(usize) -> Option<usize>) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let inside =
            rest[..at].chars().next_back().or(result.chars().next_back()).is_some_and(word);
        let after = &rest[at + prefix.len()..];
        let end = after.find(|c| !digit(c)).unwrap_or(after.len());
        let whole = !inside && !after[end..].starts_with(word);
        result += &rest[..at + prefix.len()];
        rest = after;
        if let (true, Ok(number)) = (whole, after[..end].parse()) {
            match new(number) {
                Some(number) => result += &number.to_string(),
                None => result += &after[..end],
            }
            rest = &after[end..];
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glue of a coroutine, as stock makes it.
    const GLUE: &str = "// MIR for `std::ptr::drop_in_place` after runtime-optimized\n\nfn \
                        drop_in_place(_1: *mut {async block@a}) -> () {\n    let mut _0: ();\n    \
                        let mut _2: isize;\n    let mut _3: u32;\n    scope 1 {\n        debug x \
                        => ((*_1).0: u8);\n    }\n\n    bb0: {\n        _3 = \
                        discriminant((*_1));\n        switchInt(move _3) -> [0: bb1, 3: bb4, \
                        otherwise: bb3];\n    }\n\n    bb1: {\n        drop(((*_1).0: u8)) -> \
                        [return: bb2, unwind continue];\n    }\n\n    bb2: {\n        goto -> \
                        bb3;\n    }\n\n    bb3: {\n        return;\n    }\n\n    bb4: {\n        \
                        nop;\n        goto -> bb5;\n    }\n\n    bb5: {\n        drop(((*_1).1: \
                        u8)) -> [return: bb3, unwind continue];\n    }\n}\n";

    #[test]
    fn glue_is_compared_by_its_control_flow() {
        // Merged blocks, other numbers, no unused local.
        let fork = "// MIR for `std::ptr::drop_in_place` after runtime-optimized\n\nfn \
                    drop_in_place(_1: *mut {async block@a}) -> () {\n    let mut _0: ();\n    \
                    let mut _2: u32;\n    scope 1 {\n        debug x => ((*_1).0: u8);\n    \
                    }\n\n    bb0: {\n        _2 = discriminant((*_1));\n        switchInt(move \
                    _2) -> [0: bb3, 3: bb2, otherwise: bb1];\n    }\n\n    bb1: {\n        \
                    return;\n    }\n\n    bb2: {\n        drop(((*_1).1: u8)) -> [return: bb1, \
                    unwind continue];\n    }\n\n    bb3: {\n        drop(((*_1).0: u8)) -> \
                    [return: bb1, unwind continue];\n    }\n}\n";
        assert_eq!(canonical(GLUE), canonical(fork));
    }

    #[test]
    fn glue_that_does_something_else_differs() {
        let edits = [
            // Drops something else, drops nothing, is entered in another state, unwinds otherwise,
            // returns before the drop, and has a local of another type.
            ("drop(((*_1).1: u8)) -> [return: bb3", "drop(((*_1).2: u8)) -> [return: bb3"),
            ("drop(((*_1).1: u8)) -> [return: bb3, unwind continue]", "goto -> bb3"),
            ("0: bb1, 3: bb4", "0: bb4, 3: bb1"),
            ("[return: bb2, unwind continue]", "[return: bb2, unwind unreachable]"),
            ("3: bb4", "3: bb3"),
            ("_3: u32", "_3: u64"),
        ];
        for (from, to) in edits {
            assert!(GLUE.contains(from), "{from}");
            assert_ne!(canonical(GLUE), canonical(&GLUE.replace(from, to)), "{from} to {to}");
        }
    }

    #[test]
    fn glue_may_go_in_circles() {
        let circle = "fn f(_1: *mut {async block@a}) -> () {\n    bb0: {\n        goto -> \
                      bb1;\n    }\n\n    bb1: {\n        goto -> bb0;\n    }\n}\n";
        assert!(canonical(circle).contains("bb0: {"));
    }

    #[test]
    fn numbers_are_whole_words() {
        let mut add = |number: usize| Some(number + 1);
        assert_eq!(renumber("_1 = f_1(x_1, _1_a, (*_10).1, _)", "_", &mut add), {
            "_2 = f_1(x_1, _1_a, (*_11).1, _)"
        });
        assert_eq!(numbers("[0: bb1, otherwise: bb12]; abb3", "bb"), [1, 12]);
    }
}
