//! The text of a function without the names that its maker chose.

use std::collections::{BTreeMap, HashMap, HashSet};

use run_make_support::regex::{Captures, Regex};

/// The function that is read: the body of `async fn body`.
const FUNCTION: &str = "4body0";

/// Where the coroutine is polled that has completed, or in a state in which it is being cancelled.
const COMPLETED: &str = "panic_const_async_fn_resumed(";

/// The last number of a state that each coroutine has: that of one which panicked.
const POISONED: u64 = 2;

/// Numbers of states, each with its place in the order in which they are met.
type Ranks = BTreeMap<u64, usize>;

/// The instructions of the function, with all names replaced by numbers that count where they are
/// met first.
pub fn canonical(ir: &str) -> String {
    let mut function = Function::read(ir);
    function.take_addresses_for_offsets();
    // Which arm of a branch on the state comes first depends on the numbers, and these on which arm
    // comes first.
    let mut ranks = Ranks::new();
    for _ in 0..8 {
        let lines = function.print(&ranks);
        let state = Regex::new(r"\bstate(\d+)\b").unwrap();
        let mut met = Ranks::new();
        for line in lines.iter().filter(|line| !line.contains("switch i8")) {
            for number in state.captures_iter(line) {
                let next = met.len();
                met.entry(number[1].parse().unwrap()).or_insert(next);
            }
        }
        if met == ranks {
            let rank = |found: &Captures<'_>| {
                let number = found[1].parse().unwrap();
                ranks.get(&number).map_or(format!("unmet{number}"), |rank| format!("S{rank}"))
            };
            return lines.iter().map(|line| state.replace_all(line, rank) + "\n").collect();
        }
        ranks = met;
    }
    panic!("the numbers of the states do not settle");
}

struct Function {
    /// In the order of the text.
    blocks: Vec<(String, Vec<String>)>,
    /// Values that are the coroutine's address and an offset.
    addresses: HashMap<String, u64>,
}

fn name(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(&pattern.replace("NAME", r#"("[^"]+"|[\w.$-]+)"#)).unwrap()
}

impl Function {
    fn read(ir: &str) -> Self {
        let start = ir
            .lines()
            .position(|line| line.starts_with("define") && line.contains(FUNCTION))
            .expect("the function is there");
        let label = regex(r"^NAME:");
        let noise = Regex::new(r" +;.*|, ![\w.]+ !\d+| #\d+").unwrap();
        let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
        let mut in_switch = false;
        for line in ir.lines().skip(start + 1).take_while(|line| *line != "}") {
            let line = noise.replace_all(line, "");
            let line = line.trim();
            if let Some(found) = label.captures(line) {
                blocks.push((name(&found[1]), Vec::new()));
            } else if !(line.is_empty() || line.starts_with(';') || line.contains("@llvm.")) {
                let (_, lines) = blocks.last_mut().expect("a block has a label");
                match lines.last_mut().filter(|_| in_switch) {
                    Some(switch) => *switch = format!("{switch} {line}"),
                    None => lines.push(line.to_owned()),
                }
                in_switch = (in_switch || line.starts_with("switch ")) && !line.contains(']');
            }
        }
        Self { blocks, addresses: [("_1".to_owned(), 0)].into() }
    }

    /// An address within the coroutine is an operand, wherever it was computed.
    fn take_addresses_for_offsets(&mut self) {
        let offset = regex(r"^%NAME = getelementptr inbounds nuw i8, ptr %_1, i64 (\d+)$");
        let phi = regex(r"^%NAME = phi ptr (.*)$");
        let incoming = regex(r"\[ %?NAME, %");
        loop {
            let known = self.addresses.len();
            for (_, lines) in &mut self.blocks {
                lines.retain(|line| {
                    let address = if let Some(found) = offset.captures(line) {
                        Some((name(&found[1]), found[2].parse().unwrap()))
                    } else if let Some(found) = phi.captures(line) {
                        let of = incoming.captures_iter(&found[2]);
                        let mut of = of.map(|found| self.addresses.get(&name(&found[1])));
                        let first = of.next().flatten();
                        let all = first.filter(|first| of.all(|other| other == Some(first)));
                        all.map(|&offset| (name(&found[1]), offset))
                    } else {
                        None
                    };
                    let is_operand = address.is_some();
                    self.addresses.extend(address);
                    !is_operand
                });
            }
            if self.addresses.len() == known {
                return;
            }
        }
    }

    fn lines(&self, block: &str) -> &[String] {
        let found = self.blocks.iter().find(|(label, _)| label == block);
        &found.expect("a branch leads to a block").1
    }

    /// Where the branches lead on some constant, sorted by its rank or, without one, its value.
    fn arms(&self, switch: &str, ranks: &Ranks) -> Vec<(u64, String)> {
        let arm = regex(r"i\d+ (\d+), label %NAME");
        let arms =
            arm.captures_iter(switch).map(|found| (found[1].parse().unwrap(), name(&found[2])));
        let is_state = switch.starts_with("switch i8");
        let panics = |block: &str| self.lines(block).iter().any(|line| line.contains(COMPLETED));
        let mut arms: Vec<(u64, String)> = arms
            .filter(|(value, block)| !(is_state && *value > POISONED && panics(block)))
            .collect();
        arms.sort_by_key(|&(value, _)| {
            let rank = ranks.get(&value).filter(|_| is_state && value != 0);
            (value != 0, rank.copied().unwrap_or(usize::MAX), value)
        });
        arms
    }

    /// The blocks, each before those that it leads to.
    fn order(&self, ranks: &Ranks) -> Vec<String> {
        let label = regex(r"label %NAME");
        let (mut order, mut seen) = (Vec::new(), HashSet::new());
        let mut next = vec![self.blocks[0].0.clone()];
        while let Some(block) = next.pop() {
            if !seen.insert(block.clone()) {
                continue;
            }
            let last = self.lines(&block).last().expect("a block ends");
            let mut targets: Vec<String> = if last.starts_with("switch ") {
                self.arms(last, ranks).into_iter().map(|(_, block)| block).collect()
            } else {
                label.captures_iter(last).map(|found| name(&found[1])).collect()
            };
            targets.reverse();
            next.extend(targets);
            order.push(block);
        }
        order
    }

    fn print(&self, ranks: &Ranks) -> Vec<String> {
        let order = self.order(ranks);
        let numbers: HashMap<&str, usize> =
            order.iter().enumerate().map(|(number, block)| (block.as_str(), number)).collect();
        let constant = Regex::new(r"\bi8 (\d+)\b").unwrap();
        let (incoming, value) = (regex(r"\[ ([^,]+), %NAME \]"), regex(r"%NAME"));
        let symbol = Regex::new(r"@(alloc_\w+|anon\.[\w.]+|_R\w+)").unwrap();
        let mut values = HashMap::new();
        let mut printed = Vec::new();
        for (number, block) in order.iter().enumerate() {
            printed.push(format!("block{number}:"));
            for line in self.lines(block) {
                let text = if line.starts_with("switch ") {
                    let (what, _) = line.split_once(',').expect("a switch has a default");
                    let arms = self.arms(line, ranks);
                    let arms =
                        arms.iter().map(|(value, block)| match what.starts_with("switch i8") {
                            true => format!(" state{value} block{}", numbers[block.as_str()]),
                            false => format!(" {value} block{}", numbers[block.as_str()]),
                        });
                    format!("{what}:{}", arms.collect::<String>())
                } else if line.contains(" = phi ") {
                    let mut from: Vec<(usize, String)> = incoming
                        .captures_iter(line)
                        .filter_map(|found| {
                            Some((*numbers.get(&*name(&found[2]))?, found[1].to_owned()))
                        })
                        .collect();
                    from.sort();
                    let is_state = line.contains(" = phi i8 ");
                    let from = from.iter().map(|(number, value)| match value.parse::<u64>() {
                        Ok(value) if is_state => format!(" [state{value}, block{number}]"),
                        _ => format!(" [{value}, block{number}]"),
                    });
                    let (head, _) = line.split_once(" [").expect("a phi has values");
                    format!("{head}{}", from.collect::<String>())
                } else {
                    constant.replace_all(line, "state$1").into_owned()
                };
                // Functions of the two programs have names of their own; what is opaque has one
                // name.
                let text = symbol.replace_all(&text, "@symbol");
                let text = value.replace_all(&text, |found: &Captures<'_>| {
                    let name = name(&found[1]);
                    if self.addresses.contains_key(&name) {
                        // Which offset it has says how bytes are shared, not what the code is.
                        "field".to_owned()
                    } else if let Some(number) = numbers.get(name.as_str()) {
                        format!("block{number}")
                    } else {
                        let next = values.len();
                        format!("%{}", values.entry(name).or_insert(next))
                    }
                });
                printed.push(format!("    {text}"));
            }
        }
        printed
    }
}
