//! The tokens of SPARQL, by the longest match (SPARQL 1.1 Query section 19.8), without white space and comments.

/// A token and where it begins, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `<…>`.
    Iri,
    /// `prefix:name`, also without a name or a prefix.
    Name,
    /// `_:label`.
    Blank,
    /// `?name` or `$name`.
    Variable,
    /// `@en`, `@en--ltr`.
    Language,
    /// A number without its sign.
    Number,
    /// A string in any of the four kinds of quotes.
    Text,
    /// A keyword, `a`, `true` or `false`.
    Word,
    /// Anything else, one sign or one operator.
    Sign,
}

impl Token<'_> {
    /// Whether it is this keyword, in whatever case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this sign.
    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// Where it ends, in bytes.
    pub(crate) const fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// The tokens of a text. What is no token at all (a lone quote) is given as a sign.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = next(rest);
        if let (Some(kind), Some(token)) = (kind, rest.get(..length)) {
            out.push(Token {
                kind,
                text: token,
                at,
            });
        }
        at += length.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    out
}

fn next(rest: &str) -> (Option<Kind>, usize) {
    let bytes = rest.as_bytes();
    let first = bytes.first().copied().unwrap_or_default();
    match first {
        b' ' | b'\t' | b'\r' | b'\n' => (None, 1),
        b'#' => (None, rest.find(['\n', '\r']).unwrap_or(rest.len())),
        b'<' => iri(rest).map_or_else(
            || (Some(Kind::Sign), sign(rest)),
            |length| (Some(Kind::Iri), length),
        ),
        b'"' | b'\'' => {
            string(rest).map_or((Some(Kind::Sign), 1), |length| (Some(Kind::Text), length))
        }
        b'?' | b'$'
            if rest
                .chars()
                .nth(1)
                .is_some_and(|c| c.is_alphanumeric() || c == '_') =>
        {
            (
                Some(Kind::Variable),
                1 + run(rest.get(1..).unwrap_or_default(), |c| {
                    c.is_alphanumeric() || c == '_' || c == '\u{b7}'
                }),
            )
        }
        b'@' if bytes.get(1).is_some_and(u8::is_ascii_alphabetic) => (
            Some(Kind::Language),
            1 + run(rest.get(1..).unwrap_or_default(), |c| {
                c.is_ascii_alphanumeric() || c == '-'
            }),
        ),
        b'_' if bytes.get(1) == Some(&b':') => (
            Some(Kind::Blank),
            2 + without_final_dots(local(rest.get(2..).unwrap_or_default())),
        ),
        b'0'..=b'9' => (Some(Kind::Number), number(rest)),
        b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => (Some(Kind::Number), number(rest)),
        b':' => (
            Some(Kind::Name),
            1 + without_final_dots(local(rest.get(1..).unwrap_or_default())),
        ),
        _ if rest.chars().next().is_some_and(char::is_alphabetic) => {
            let prefix = without_final_dots(
                rest.get(
                    ..run(rest, |c| {
                        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}')
                    }),
                )
                .unwrap_or_default(),
            );
            if bytes.get(prefix) == Some(&b':') {
                (
                    Some(Kind::Name),
                    prefix
                        + 1
                        + without_final_dots(local(rest.get(prefix + 1..).unwrap_or_default())),
                )
            } else {
                (
                    Some(Kind::Word),
                    run(rest, |c| c.is_alphanumeric() || c == '_'),
                )
            }
        }
        _ => (Some(Kind::Sign), sign(rest)),
    }
}

const SIGNS: &[&str] = &[
    "<<(", ")>>", "<<", ">>", "{|", "|}", "^^", "&&", "||", "!=", "<=", ">=",
];

fn sign(rest: &str) -> usize {
    SIGNS
        .iter()
        .find(|sign| rest.starts_with(**sign))
        .map_or_else(
            || rest.chars().next().map_or(1, char::len_utf8),
            |sign| sign.len(),
        )
}

fn iri(rest: &str) -> Option<usize> {
    let inside = rest.get(1..)?;
    let end = inside
        .find(|c: char| matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`') || c <= ' ')?;
    (inside.as_bytes().get(end) == Some(&b'>')).then_some(end + 2)
}

fn string(rest: &str) -> Option<usize> {
    let quote = rest.get(..1)?;
    let long = rest
        .get(..3)
        .filter(|start| start.chars().all(|c| quote.starts_with(c)));
    let (mut at, close) = long.map_or((1, quote), |long| (3, long));
    loop {
        let left = rest.get(at..)?;
        if left.starts_with(close) {
            return Some(at + close.len());
        }
        let c = left.chars().next()?;
        if long.is_none() && matches!(c, '\n' | '\r') {
            return None;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest.get(at..)?.chars().next()?.len_utf8();
        }
    }
}

fn number(rest: &str) -> usize {
    let digits = |from: usize| run(rest.get(from..).unwrap_or_default(), |c| c.is_ascii_digit());
    let mut at = digits(0);
    if rest.get(at..).is_some_and(|left| left.starts_with('.'))
        && (digits(at + 1) > 0 || exponent(rest.get(at + 1..).unwrap_or_default()) > 0)
    {
        at += 1 + digits(at + 1);
    }
    at + exponent(rest.get(at..).unwrap_or_default())
}

fn exponent(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let signed = usize::from(after.starts_with(['+', '-']));
    match run(after.get(signed..).unwrap_or_default(), |c| {
        c.is_ascii_digit()
    }) {
        0 => 0,
        digits => 1 + signed + digits,
    }
}

/// The part after the colon of a name, with escapes, still with dots at its end.
fn local(rest: &str) -> &str {
    let mut end = 0;
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            end = chars.next().map_or(rest.len(), |(at, c)| at + c.len_utf8());
        } else if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '%' | '\u{b7}') {
            end = at + c.len_utf8();
        } else {
            break;
        }
    }
    rest.get(..end).unwrap_or_default()
}

fn without_final_dots(name: &str) -> usize {
    name.trim_end_matches('.').len()
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text)
            .iter()
            .map(|token| (token.kind, token.text))
            .collect()
    }

    #[test]
    fn the_longest_token_wins() {
        use Kind::{Iri, Language, Name, Number, Sign, Text, Variable, Word};
        assert_eq!(
            kinds("?x<?a&&?b>?y"),
            [(Variable, "?x"), (Iri, "<?a&&?b>"), (Variable, "?y")]
        );
        assert_eq!(
            kinds("?x <?a # b>\n?y"),
            [
                (Variable, "?x"),
                (Sign, "<"),
                (Variable, "?a"),
                (Variable, "?y")
            ]
        );
        assert_eq!(
            kinds("ex:a.b. 1.5e3 1. .5"),
            [
                (Name, "ex:a.b"),
                (Sign, "."),
                (Number, "1.5e3"),
                (Number, "1"),
                (Sign, "."),
                (Number, ".5")
            ]
        );
        assert_eq!(
            kinds("'a\\'b'@en--ltr '''x\n'y'''"),
            [
                (Text, "'a\\'b'"),
                (Language, "@en--ltr"),
                (Text, "'''x\n'y'''")
            ]
        );
        assert_eq!(
            kinds("é:ö\\,x SELECT"),
            [(Name, "é:ö\\,x"), (Word, "SELECT")]
        );
        assert_eq!(kinds("'open"), [(Sign, "'"), (Word, "open")]);
    }
}
