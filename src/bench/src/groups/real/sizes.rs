//! Reads what `-Zprint-type-sizes` prints.

use serde::{Deserialize, Serialize};

/// The size of a future, and the least that it could be, if the tag is not in the padding of what it awaits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub size: u64,
    /// The largest sum of what is alive in one state, with the tag, rounded up to the alignment. The fork names a capture only in
    /// states in which it is alive.
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

fn least<'a>(lines: impl Iterator<Item = &'a str>, align: u64) -> u64 {
    let mut states: Vec<u64> = Vec::new();
    for line in lines {
        let line = line.trim_start_matches("print-type-size").trim_start();
        if line.starts_with("variant ") {
            states.push(0);
            continue;
        }
        let (Some(state), Some((field, rest))) = (states.last_mut(), line.split_once("`: ")) else {
            continue;
        };
        let Some(size) = rest.split(' ').next().and_then(|size| size.parse::<u64>().ok()) else {
            continue;
        };
        if ["upvar `.", "local `."].iter().any(|kind| field.starts_with(kind)) {
            *state += size;
        }
    }
    let most = states.into_iter().max().unwrap_or_default();
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
print-type-size         upvar `.kept`: 8 bytes, offset: 24 bytes, alignment: 8 bytes
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
        // The tag, `kept`, `__awaitee`, and `s`, which is a local now.
        assert_eq!(futures, [(name, Layout { size: 96, least: 56 })]);
    }
}
