//! Functions whose value may be much longer than their arguments.
//!
//! The evaluator makes the whole value before anybody can count it: `CONCAT(?x, ?x, …)` and `REPLACE(?x, "a", ?x)` over a long string
//! would take all memory there is. Here they are made piece by piece, and what is made is counted on the way. `REPLACE` also reads its replacement as
//! XPath does (XPath and XQuery Functions and Operators, section 5.6.3): `$1x` is the first group and an `x`, a `\$` is a dollar sign,
//! and a pattern that matches nothing at all is an error.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term};
use regex::{Regex, RegexBuilder};
use spargebra::algebra::{Expression, Function};

use crate::gauge::{Held, tick};

/// `CONCAT` of two strings. No text can call it.
pub(crate) const CONCAT: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning joined");
/// `REPLACE`. No text can call it.
pub(crate) const REPLACE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning replace");

/// How many bytes are made between two looks at the limits.
const PIECE: usize = 1 << 20;
/// How large a compiled pattern may be, in bytes: as large as the evaluator's own.
const PATTERN: usize = 1_000_000;

/// Mends an expression, whose operands have been mended.
pub(super) fn mend(expression: &mut Expression) {
    let Expression::FunctionCall(function, arguments) = expression else {
        return;
    };
    match function {
        Function::Replace => *function = Function::Custom(REPLACE.into_owned()),
        Function::Concat if arguments.len() > 1 => {
            if let Some(joined) = joined(std::mem::take(arguments)) {
                *expression = joined;
            }
        }
        _ => {}
    }
}

/// Joins two and two, so that no more than twice the value is ever held.
fn joined(mut list: Vec<Expression>) -> Option<Expression> {
    while list.len() > 1 {
        let mut pairs = Vec::with_capacity(list.len().div_ceil(2));
        let mut rest = list.into_iter();
        while let Some(first) = rest.next() {
            pairs.push(match rest.next() {
                Some(second) => {
                    let name = Function::Custom(CONCAT.into_owned());
                    Expression::FunctionCall(name, vec![first, second])
                }
                None => first,
            });
        }
        list = pairs;
    }
    list.pop()
}

/// Evaluates [`CONCAT`] (SPARQL 1.1 Query section 17.4.3.12).
pub(crate) fn concat(arguments: &[Term]) -> Option<Term> {
    let [Term::Literal(a), Term::Literal(b)] = arguments else {
        return None;
    };
    if !is_string(a) || !is_string(b) {
        return None;
    }
    let _held = Held::new(a.value().len().saturating_add(b.value().len()));
    let text = [a.value(), b.value()].concat();
    let same = a.language() == b.language() && a.direction() == b.direction();
    Some(match same {
        true => like(a, text),
        false => Literal::from(text).into(),
    })
}

/// Evaluates [`REPLACE`] (SPARQL 1.1 Query section 17.4.3.15).
pub(crate) fn replace(arguments: &[Term]) -> Option<Term> {
    let (text, pattern, replacement, flags) = match arguments {
        [
            Term::Literal(text),
            Term::Literal(pattern),
            Term::Literal(replacement),
        ] => (text, pattern, replacement, ""),
        [
            Term::Literal(text),
            Term::Literal(pattern),
            Term::Literal(replacement),
            Term::Literal(flags),
        ] if flags.datatype() == xsd::STRING => (text, pattern, replacement, flags.value()),
        _ => return None,
    };
    if !is_string(text)
        || pattern.datatype() != xsd::STRING
        || replacement.datatype() != xsd::STRING
    {
        return None;
    }
    let regex = compiled(pattern.value(), flags)?;
    if regex.is_match("") {
        return None;
    }
    let pieces = match flags.contains('q') {
        true => vec![Piece::Text(replacement.value().to_owned())],
        false => pieces(replacement.value(), regex.captures_len() - 1)?,
    };
    let input = text.value();
    let (mut out, mut done) = (Output::default(), 0);
    for found in regex.captures_iter(input) {
        let whole = found.get(0)?;
        out.push(input.get(done..whole.start())?);
        for piece in &pieces {
            match piece {
                Piece::Text(text) => out.push(text),
                Piece::Group(number) => out.push(found.get(*number).map_or("", |it| it.as_str())),
            }
        }
        done = whole.end();
    }
    out.push(input.get(done..)?);
    Some(like(text, out.text))
}

/// A string that is made, and counted.
#[derive(Default)]
struct Output {
    text: String,
    counted: usize,
}

impl Output {
    fn push(&mut self, piece: &str) {
        tick();
        self.text.push_str(piece);
        if self.text.len() - self.counted > PIECE {
            self.counted = self.text.len();
            drop(Held::new(self.counted));
        }
    }
}

/// What a replacement is made of.
enum Piece {
    Text(String),
    Group(usize),
}

/// Reads a replacement; `None` where XPath calls it an error.
fn pieces(replacement: &str, groups: usize) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = replacement.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next()? {
                c @ ('\\' | '$') => text.push(c),
                _ => return None,
            },
            '$' => {
                let mut number = rest.next()?.to_digit(10)? as usize;
                // As many digits as name a group that there is.
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    let longer = number.saturating_mul(10).saturating_add(digit as usize);
                    if longer > groups {
                        break;
                    }
                    number = longer;
                    rest.next();
                }
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Group(number));
            }
            c => text.push(c),
        }
    }
    pieces.push(Piece::Text(text));
    Some(pieces)
}

/// How many compiled patterns are kept.
const PATTERNS: usize = 8;

/// A pattern and its flags, and what they were compiled to; `None` where that fails.
type Compiled = (String, String, Option<Rc<Regex>>);

/// The pattern with these flags. Those that were compiled last are kept: mostly every solution has the same few.
fn compiled(pattern: &str, flags: &str) -> Option<Rc<Regex>> {
    thread_local! {
        static LAST: RefCell<VecDeque<Compiled>> = const { RefCell::new(VecDeque::new()) };
    }
    LAST.with_borrow_mut(|last| {
        let known = last
            .iter()
            .find(|(known, with, _)| known == pattern && with == flags);
        if let Some((_, _, regex)) = known {
            return regex.clone();
        }
        // A copy of a pattern would have to learn again what this one knows of the texts it has seen.
        let regex = compile(pattern, flags).map(Rc::new);
        last.truncate(PATTERNS - 1);
        last.push_front((pattern.to_owned(), flags.to_owned(), regex.clone()));
        regex
    })
}

fn compile(pattern: &str, flags: &str) -> Option<Regex> {
    let literal;
    let pattern = match flags.contains('q') {
        true => {
            literal = regex::escape(pattern);
            &literal
        }
        false => pattern,
    };
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(PATTERN);
    for flag in flags.chars() {
        match flag {
            's' => builder.dot_matches_new_line(true),
            'm' => builder.multi_line(true),
            'i' => builder.case_insensitive(true),
            'x' => builder.ignore_whitespace(true),
            'q' => &mut builder,
            _ => return None,
        };
    }
    builder.build().ok()
}

fn is_string(literal: &Literal) -> bool {
    literal.datatype() == xsd::STRING || literal.language().is_some()
}

/// A string with the language and direction of another.
fn like(other: &Literal, text: String) -> Term {
    match (other.language(), other.direction()) {
        (Some(language), Some(direction)) => {
            Literal::new_directional_language_tagged_literal_unchecked(text, language, direction)
        }
        (Some(language), None) => Literal::new_language_tagged_literal_unchecked(text, language),
        (None, _) => text.into(),
    }
    .into()
}
