//! Reads what `-Zprint-type-sizes` prints.

use serde::{Deserialize, Serialize};

/// The size of a future, and the least that it could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub size: u64,
    /// The largest sum of what is alive in one state, with the tag, rounded up to the alignment. Captures that are used in place
    /// count in all states.
    pub least: u64,
}

/// Futures, not what contains one.
const STARTS: [&str; 3] = ["`{async fn body of ", "`{async block@", "`{async closure body"];

/// Each future with its name.
pub fn futures(text: &str) -> Vec<(String, Layout)> {
    let mut futures = Vec::new();
    for record in text.split("print-type-size type: ").skip(1) {
        let mut lines = record.lines();
        let Some((name, rest)) = lines.next().and_then(|line| line.rsplit_once("`: ")) else {
            continue;
        };
        let ends = name.ends_with('}') || name.ends_with(")}");
        if !(ends && STARTS.iter().any(|start| name.starts_with(start))) {
            continue;
        }
        let numbers: Vec<u64> = rest.split(' ').filter_map(|word| word.parse().ok()).collect();
        if let [size, align] = numbers[..] {
            futures.push((name[1..].to_owned(), Layout { size, least: least(lines, align) }));
        }
    }
    futures
}

/// A state's fields, by name.
#[derive(Default)]
struct State<'a> {
    captures: Vec<(&'a str, u64)>,
    locals: Vec<(&'a str, u64)>,
}

fn least<'a>(lines: impl Iterator<Item = &'a str>, align: u64) -> u64 {
    let mut states: Vec<State<'a>> = Vec::new();
    for line in lines {
        let line = line.trim_start_matches("print-type-size").trim_start();
        if line.starts_with("variant ") {
            states.push(State::default());
            continue;
        }
        let (Some(state), Some((field, rest))) = (states.last_mut(), line.split_once("`: ")) else {
            continue;
        };
        let Some(size) = rest.split(' ').next().and_then(|size| size.parse().ok()) else {
            continue;
        };
        if let Some(name) = field.strip_prefix("upvar `.") {
            state.captures.push((name, size));
        } else if let Some(name) = field.strip_prefix("local `.") {
            state.locals.push((name, size));
        }
    }
    let is_local =
        |name: &str| states.iter().flat_map(|state| &state.locals).any(|&(local, _)| local == name);
    let at_start =
        states.first().map_or(0, |state| state.captures.iter().map(|field| field.1).sum());
    let suspended = states.iter().map(|state| {
        // One of which there is a local as well is stored twice, and alive once.
        let captures = state.captures.iter().filter(|(name, _)| !is_local(name));
        captures.chain(&state.locals).map(|field| field.1).sum::<u64>()
    });
    let most: u64 = suspended.fold(at_start, Ord::max);
    (most + 1).next_multiple_of(align.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
print-type-size type: `std::pin::Pin<{async fn body of outer()}>`: 8 bytes, alignment: 8 bytes
print-type-size     field `.pointer`: 8 bytes
print-type-size type: `{async fn body of outer<std::string::String>()}`: 96 bytes, alignment: 8 bytes
print-type-size     discriminant: 1 bytes
print-type-size     variant `Unresumed`: 24 bytes
print-type-size         upvar `.s`: 24 bytes, offset: 0 bytes, alignment: 8 bytes
print-type-size         upvar `.kept`: 8 bytes
print-type-size     variant `Suspend0`: 87 bytes
print-type-size         upvar `.s`: 24 bytes, offset: 0 bytes, alignment: 8 bytes
print-type-size         upvar `.kept`: 8 bytes
print-type-size         padding: 8 bytes
print-type-size         local `.__awaitee`: 16 bytes, alignment: 8 bytes, type: {async fn body of inner()}
print-type-size         local `.s`: 24 bytes
print-type-size     end padding: 7 bytes
print-type-size type: `std::task::Context<'_>`: 32 bytes, alignment: 8 bytes
print-type-size     field `.waker`: 8 bytes
";

    #[test]
    fn a_future_has_a_size_and_a_live_set() {
        let futures = futures(PRINTED);
        let name = "{async fn body of outer<std::string::String>()}".to_owned();
        // The tag, `kept`, `__awaitee`, and one `s`.
        assert_eq!(futures, [(name, Layout { size: 96, least: 56 })]);
    }
}
