//! The tokens of a Rust source, as far as it takes to break it: put together, they are the source.

/// A piece of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Blanks and comments.
    Space,
    /// An identifier or a keyword.
    Word,
    Lifetime,
    /// A number, a character or a string.
    Literal,
    Open,
    Close,
    Other,
}

/// Splits a source. What is no token, as a quote without an end, becomes one of some kind.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (text, after) = rest.split_at(length);
        tokens.push(Token { kind, text });
        rest = after;
    }
    tokens
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    let while_ = |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match first {
        _ if rest.starts_with("//") => (Kind::Space, rest.find('\n').unwrap_or(rest.len())),
        _ if rest.starts_with("/*") => {
            (Kind::Space, rest.find("*/").map_or(rest.len(), |end| end + 2))
        }
        _ if first.is_whitespace() => (Kind::Space, while_(&char::is_whitespace)),
        _ if first.is_ascii_digit() => (Kind::Literal, while_(&is_word)),
        _ if is_word(first) => (Kind::Word, while_(&is_word)),
        '"' => (Kind::Literal, quoted(rest, '"').unwrap_or(1)),
        '\'' => match quoted(rest, '\'') {
            // `'a'`, but not the `'a, '` of `<'a, 'b>`.
            Some(end) if end <= 4 || rest[1..].starts_with('\\') => (Kind::Literal, end),
            _ => {
                let name = rest[1..].find(|c| !is_word(c)).map_or(rest.len(), |end| end + 1);
                (Kind::Lifetime, name)
            }
        },
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        _ => (Kind::Other, first.len_utf8()),
    }
}

/// Where a quoted text ends that `rest` begins with.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Some(index + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_put_together_are_the_source() {
        let source =
            "//! é\nfn f<'a, 'b>(x: &'a str) { g(\"a\\\"b}\", 'x', '\\n', 0x1f); /* } */ }\n";
        let all = tokens(source);
        assert_eq!(all.iter().map(|token| token.text).collect::<String>(), source);
        let of = |kind| -> Vec<&str> {
            all.iter().filter(|token| token.kind == kind).map(|token| token.text).collect()
        };
        assert_eq!(of(Kind::Lifetime), ["'a", "'b", "'a"]);
        assert_eq!(of(Kind::Literal), ["\"a\\\"b}\"", "'x'", "'\\n'", "0x1f"]);
        assert_eq!(of(Kind::Open), ["(", "{", "("]);
    }

    #[test]
    fn what_does_not_end_is_no_trouble() {
        for source in ["\"abc", "'", "/* x", "'\\", "é\"", "//"] {
            assert_eq!(tokens(source).iter().map(|t| t.text).collect::<String>(), source);
        }
    }
}
