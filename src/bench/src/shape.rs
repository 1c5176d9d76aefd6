//! The shapes, each a file of `benches/shapes/`, and generated ones.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// A small async body. Its text defines `future` and `SUM`, what the numbers of its guards add up to.
#[derive(Debug, Clone)]
pub struct Shape {
    pub name: String,
    /// The first line of its file.
    pub what: String,
    pub text: String,
}

/// All files, by name.
pub fn all(repo: &Path) -> Result<Vec<Shape>> {
    let folder = repo.join("benches/shapes");
    let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    let mut shapes = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let Some(what) = text.lines().next().and_then(|line| line.strip_prefix("//! ")) else {
            bail!("{} does not begin with a line that says what it is", path.display());
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        shapes.push(Shape { name, what: what.to_owned(), text });
    }
    shapes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(shapes)
}

/// What grows in a generated shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Scopes, one after the other.
    Sequence,
    /// Scopes, each in the one before.
    Nested,
    /// Elements of one array.
    Array,
}

impl Growth {
    pub const ALL: [Self; 3] = [Self::Sequence, Self::Nested, Self::Array];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sequence => "sequence",
            Self::Nested => "nested",
            Self::Array => "array",
        }
    }

    pub fn what(self) -> &'static str {
        match self {
            Self::Sequence => "scopes with a guard, one after the other",
            Self::Nested => "guards, each in the scope of the one before",
            Self::Array => "guards in an array",
        }
    }

    /// The shape with `count` guards.
    pub fn shape(self, count: u64) -> Shape {
        let head = format!(
            "use crate::guard::Guard;\nuse crate::harness::pause;\npub const SUM: u64 = {};\n",
            count * (count + 1) / 2
        );
        let bodies = [false, true].map(|by_hand| self.body(count, by_hand));
        let [implicit, by_hand] = bodies;
        let text = format!(
            "{head}#[cfg(not(by_hand))]\npub async fn future() {{\n{implicit}}}\n\
             #[cfg(by_hand)]\npub async fn future() {{\n{by_hand}}}\n"
        );
        Shape { name: format!("{} {count}", self.name()), what: self.what().to_owned(), text }
    }

    fn body(self, count: u64, by_hand: bool) -> String {
        let mutable = if by_hand { "mut " } else { "" };
        let close = if by_hand { "guard.close().await;" } else { "" };
        match self {
            Self::Sequence => (1..=count)
                .map(|n| {
                    format!("{{ let {mutable}guard = Guard::new({n}); pause().await; {close} }}\n")
                })
                .collect(),
            Self::Nested => {
                let open = (1..=count)
                    .map(|n| format!("{{ let {mutable}guard = Guard::new({n}); pause().await;\n"));
                open.chain((0..count).map(|_| format!("{close} }}\n"))).collect()
            }
            Self::Array => {
                let make = format!(
                    "let {mutable}guards: [Guard; {count}] = \
                     std::array::from_fn(|index| Guard::new(index as u64 + 1));\npause().await;\n"
                );
                let close = "for guard in &mut guards { guard.close().await; }\n";
                make + if by_hand { close } else { "" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_shape_has_as_many_guards() {
        for count in [1, 7] {
            for growth in [Growth::Sequence, Growth::Nested] {
                let text = growth.shape(count).text;
                assert_eq!(text.matches("Guard::new").count() as u64, 2 * count);
                assert_eq!(text.matches(".close()").count() as u64, count);
                assert_eq!(text.matches('{').count(), text.matches('}').count());
            }
            assert!(Growth::Array.shape(count).text.contains(&format!("[Guard; {count}]")));
        }
        assert!(Growth::Nested.shape(4).text.contains("SUM: u64 = 10;"));
    }
}
