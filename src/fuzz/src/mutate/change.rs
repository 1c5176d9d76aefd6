//! Ways to break a program: each is what a hand does on the way to another program, or what an
//! editor shows half-way.

use super::tokens::{Kind, Token, tokens};

/// Random numbers that are the same for the same seed on each machine (splitmix64).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, index: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ index)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("it is below a usize")
    }

    pub fn choose<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }
}

/// What takes the place of a type, or of any other word.
const WORDS: [&str; 24] = [
    "Self",
    "u8",
    "str",
    "()",
    "!",
    "Vec<Self>",
    "Box<Self>",
    "Option<Self>",
    "dyn Send",
    "impl Sized",
    "impl Future",
    "&'static Self",
    "*mut Self",
    "Missing",
    "_",
    "T",
    "self",
    "super",
    "Pin<Self>",
    "[Self; 2]",
    "dyn AsyncDrop",
    "impl AsyncDrop",
    "fn()",
    "PhantomData",
];

/// What is put before a word.
const PREFIXES: [&str; 13] = [
    "async ", "unsafe ", "const ", "move ", "mut ", "ref ", "dyn ", "impl ", "&", "*", "!",
    "default ", "for<'x> ",
];

/// Whole items that a program may have no use for.
const ITEMS: [&str; 8] = [
    "impl Drop for Graceful { fn drop(&mut self) {} }",
    "impl<T> AsyncDrop for T { async fn drop(self: Pin<&mut Self>) {} }",
    "struct Again(Again); impl AsyncDrop for Again { async fn drop(self: Pin<&mut Self>) {} }",
    "struct Endless<T>(Option<Box<Endless<(T, T)>>>, T);",
    "#[must_await_drop] struct Marked;",
    "type Opaque = impl Sized;",
    "fn cycle() -> impl Sized { cycle() }",
    "trait Other: AsyncDrop { async fn other(self: Pin<&mut Self>) {} }",
];

/// Changes a source at one place. Also says how, in a few words.
pub fn change(source: &str, random: &mut Random) -> Option<(String, String)> {
    let all = tokens(source);
    let of = |is: &dyn Fn(&Token<'_>) -> bool| -> Vec<usize> {
        all.iter().enumerate().filter(|(_, token)| is(token)).map(|(index, _)| index).collect()
    };
    let visible = of(&|token| token.kind != Kind::Space);
    let words = of(&|token| token.kind == Kind::Word);
    let at = *random.choose(&visible)?;
    let text = all[at].text;
    Some(match random.below(13) {
        0 => (replaced(&all, at..at + 1, ""), format!("`{text}` dropped")),
        1 => (replaced(&all, at..at + 1, &format!("{text} {text}")), format!("`{text}` doubled")),
        2 => {
            let other = *random.choose(&visible)?;
            let (first, second) = (at.min(other), at.max(other));
            let mut swapped = all.clone();
            swapped.swap(first, second);
            let said = format!("`{}` and `{}` swapped", all[first].text, all[second].text);
            (joined(&swapped), said)
        }
        3 | 4 => {
            let (at, from) = (*random.choose(&words)?, *random.choose(&words)?);
            let said = format!("`{}` for `{}`", all[from].text, all[at].text);
            (replaced(&all, at..at + 1, all[from].text), said)
        }
        5 | 6 => {
            let (at, word) = (*random.choose(&words)?, *random.choose(&WORDS)?);
            (replaced(&all, at..at + 1, word), format!("`{word}` for `{}`", all[at].text))
        }
        7 => {
            let (at, prefix) = (*random.choose(&words)?, *random.choose(&PREFIXES)?);
            let text = all[at].text;
            (replaced(&all, at..at + 1, &format!("{prefix}{text}")), format!("`{prefix}{text}`"))
        }
        8 => {
            let item = *random.choose(&items(&all))?;
            let said = format!("{} removed", header(&all, item));
            (replaced(&all, item.0..item.1, ""), said)
        }
        9 => {
            let item = *random.choose(&items(&all))?;
            let text = joined(&all[item.0..item.1]);
            let said = format!("{} repeated", header(&all, item));
            (replaced(&all, item.0..item.1, &format!("{text}\n{text}")), said)
        }
        10 => {
            let groups: Vec<_> = (0..all.len()).filter_map(|open| group(&all, open)).collect();
            let (open, close) = *random.choose(&groups)?;
            let said = format!("what is in {}…{} dropped", all[open].text, all[close].text);
            (replaced(&all, open + 1..close, ""), said)
        }
        11 => {
            let word =
                ["async", "await", "mut", "Drop", "AsyncDrop", "Self", "self", "Pin", "where"];
            let named = of(&|token| word.contains(&token.text));
            let at = *random.choose(&named)?;
            (replaced(&all, at..at + 1, ""), format!("`{}` dropped", all[at].text))
        }
        _ => {
            let item = *random.choose(&ITEMS)?;
            (format!("{source}\n{item}\n"), format!("{item} added"))
        }
    })
}

/// The tokens from `open` to the one that closes it.
fn group(all: &[Token<'_>], open: usize) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    for (index, token) in all.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (token.kind == Kind::Close).then_some((open, index));
        }
    }
    None
}

/// The items with a body in braces: where each begins and ends.
fn items(all: &[Token<'_>]) -> Vec<(usize, usize)> {
    let begins = ["impl", "fn", "struct", "enum", "union", "trait", "mod", "async", "unsafe"];
    let begin = |&index: &usize| {
        let before = all[..index].iter().rev().find(|token| token.kind != Kind::Space);
        let after_item = before.is_none_or(|token| ["}", "{", ";", "]"].contains(&token.text));
        after_item && all[index].kind == Kind::Word && begins.contains(&all[index].text)
    };
    let end = |index: usize| {
        let is_end = |token: &Token<'_>| token.text == "{" || token.text == ";";
        let body = index + all[index..].iter().position(is_end)?;
        let end = if all[body].text == ";" { body } else { group(all, body)?.1 };
        Some((index, end + 1))
    };
    (0..all.len()).filter(begin).filter_map(end).collect()
}

/// The first words of an item.
fn header(all: &[Token<'_>], (begin, end): (usize, usize)) -> String {
    let text = joined(&all[begin..end]);
    let words: Vec<&str> = text.split_whitespace().take(5).collect();
    format!("`{} …`", words.join(" "))
}

fn joined(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(|token| token.text).collect()
}

fn replaced(all: &[Token<'_>], range: std::ops::Range<usize>, text: &str) -> String {
    format!("{}{text}{}", joined(&all[..range.start]), joined(&all[range.end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "use a::B;\nstruct S { b: B }\nimpl Drop for S {\n    fn drop(&mut self) \
                          {}\n}\nasync fn f(s: S) -> u8 { s.b.await; [1, 2][0] }\n";

    #[test]
    fn a_change_is_the_same_each_time_and_changes_something() {
        let made = |index| change(SOURCE, &mut Random::new(7, index));
        let all: Vec<_> = (0..500).filter_map(made).collect();
        assert_eq!(all, (0..500).filter_map(made).collect::<Vec<_>>());
        let same = all.iter().filter(|(text, _)| text == SOURCE).count();
        assert!(all.len() == 500 && same < 50, "{same} of {}", all.len());
    }

    #[test]
    fn items_end_where_their_bodies_do() {
        let all = tokens(SOURCE);
        let texts: Vec<String> = items(&all).iter().map(|&(b, e)| joined(&all[b..e])).collect();
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert_eq!(texts[0], "struct S { b: B }");
        assert!(texts[1].starts_with("impl Drop") && texts[1].ends_with("{}\n}"), "{texts:?}");
        assert!(texts[3].starts_with("async fn f") && texts[3].ends_with("[0] }"), "{texts:?}");
    }
}
