//! What the standard allows to write and the parser does not take, written in another way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::token::{Kind, Token, tokens};

/// Longest text that a repeated expression may make, in bytes.
const LONGEST: usize = 1 << 16;

/// The text without the byte order mark that some editors put first.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The names of variables in the order in which they first stand in the text of a `SELECT *`; `None` for every other text.
pub(crate) fn star(text: &str) -> Option<Vec<&str>> {
    if !text.contains('*') {
        return None;
    }
    let tokens = tokens(text);
    let begin = tokens.iter().position(|token| token.is("SELECT"))?;
    let rest = tokens.get(begin + 1..)?;
    let first = rest
        .iter()
        .find(|token| !token.is("DISTINCT") && !token.is("REDUCED"))?;
    if !first.is_sign("*") {
        return None;
    }
    let mut names = Vec::new();
    for token in rest.iter().filter(|token| token.kind == Kind::Variable) {
        if !names.contains(&variable(token)) {
            names.push(variable(token));
        }
    }
    Some(names)
}

/// The prefixes that a text declares, with what they stand for as it is written.
pub(crate) fn prefixes(text: &str) -> Vec<(String, String)> {
    let tokens = tokens(text);
    let declared = tokens.windows(3).filter_map(|window| match window {
        [word, name, iri] if word.is("PREFIX") && iri.kind == Kind::Iri => {
            let iri = iri.text.trim_start_matches('<').trim_end_matches('>');
            Some((name.text.trim_end_matches(':').to_owned(), iri.to_owned()))
        }
        _ => None,
    });
    declared.collect()
}

/// The text with `TRUE` and `FALSE` in lower case: keywords may be in any (SPARQL 1.1 Query section 19.8, note 1).
/// Every character keeps its place.
pub(crate) fn booleans(text: &str) -> Cow<'_, str> {
    if !has_capital_boolean(text.as_bytes()) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for token in tokens(text) {
        if token.is("true") || token.is("false") {
            out.push_str(text.get(done..token.at).unwrap_or_default());
            out.push_str(&token.text.to_ascii_lowercase());
            done = token.end();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out.into()
}

/// Whether there is such a word in it, anywhere: in a string and an IRI too.
fn has_capital_boolean(text: &[u8]) -> bool {
    let word = |at: usize, word: &str| {
        text.get(at..at + word.len()).is_some_and(|found| {
            found.eq_ignore_ascii_case(word.as_bytes()) && found != word.as_bytes()
        })
    };
    text.iter().enumerate().any(|(at, byte)| match byte {
        b't' | b'T' => word(at, "true"),
        b'f' | b'F' => word(at, "false"),
        _ => false,
    })
}

/// The text with the expression of `(… AS ?x)` in the place of `?x` where a later expression of the same `SELECT` names it
/// (SPARQL 1.1 Query section 16.1.2), which the parser does not take beside aggregates. `None` where there is no such name.
pub(crate) fn repeated(text: &str) -> Option<String> {
    let tokens = tokens(text);
    let mut out = String::new();
    let (mut done, mut at, mut changed) = (0, 0, false);
    while let Some(token) = tokens.get(at) {
        at += 1;
        if !token.is("SELECT") {
            continue;
        }
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        while let Some(token) = tokens.get(at) {
            let is_item = token.is_sign("(")
                || token.kind == Kind::Variable
                || token.is("DISTINCT")
                || token.is("REDUCED");
            if !is_item {
                break;
            }
            if !token.is_sign("(") {
                at += 1;
                continue;
            }
            let end = closing(&tokens, at)?;
            let item = tokens.get(at + 1..end)?;
            at = end + 1;
            let [expression @ .., word, name] = item else {
                continue;
            };
            let (Some(first), true) = (expression.first(), word.is("AS")) else {
                continue;
            };
            out.push_str(text.get(done..first.at)?);
            let new = replaced(text, expression, &known)?;
            changed |= text.get(first.at..expression.last()?.end()) != Some(&new);
            out.push_str(&new);
            out.push(' ');
            done = word.at;
            known.insert(variable(name), new);
            if out.len() > LONGEST {
                return None;
            }
        }
    }
    out.push_str(text.get(done..)?);
    changed.then_some(out)
}

/// An expression with what is known of its variables. One with a pattern in it is left as it is: there a name may be another variable.
fn replaced(text: &str, tokens: &[Token<'_>], known: &BTreeMap<&str, String>) -> Option<String> {
    let mut out = String::new();
    let mut done = tokens.first()?.at;
    let end = tokens.last()?.end();
    if !tokens.iter().any(|token| token.is_sign("{")) {
        for token in tokens {
            let Some(expression) = known.get(variable(token)) else {
                continue;
            };
            if token.kind == Kind::Variable {
                out.push_str(text.get(done..token.at)?);
                out.push('(');
                out.push_str(expression);
                out.push(')');
                done = token.end();
            }
            if out.len() > LONGEST {
                return None;
            }
        }
    }
    out.push_str(text.get(done..end)?);
    Some(out)
}

/// A variable's name without its sign.
fn variable<'a>(token: &Token<'a>) -> &'a str {
    token.text.get(1..).unwrap_or_default()
}

/// The place of the bracket that closes the one at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_change() {
        assert_eq!(
            booleans("ASK { ?TRUE <TRUE> 'True' FILTER(TRUE || False) } # TRUE"),
            "ASK { ?TRUE <TRUE> 'True' FILTER(true || false) } # TRUE"
        );
    }

    #[test]
    fn a_name_that_was_selected_stands_for_its_expression() {
        assert_eq!(
            repeated("SELECT ?k (COUNT(?v) AS ?n) (?n + 1 AS ?m) (?m*$n AS ?o) { ?n ?p ?v }")
                .unwrap(),
            "SELECT ?k (COUNT(?v) AS ?n) ((COUNT(?v)) + 1 AS ?m) (((COUNT(?v)) + 1)*(COUNT(?v)) AS ?o) { ?n ?p ?v }"
        );
        assert_eq!(repeated("SELECT (COUNT(?v) AS ?n) { ?n ?p ?v }"), None);
        assert_eq!(repeated("SELECT ("), None);
        assert_eq!(repeated("SELECT ( AS ?x) ( ?x AS ?y"), None);
    }
}
