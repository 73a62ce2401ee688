//! Where a text stops being SPARQL.
//!
//! The parser works on characters and reports the furthest one that any of its attempts has looked at, which is mostly not where the
//! mistake is. So a text that it refuses is read again here, token by token, by a grammar that is written out in `grammar.txt`; the furthest token
//! that this reading reaches is where the text goes wrong, since SPARQL's grammar needs to look only one token ahead.

mod sense;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::SyntaxError;
use crate::token::{Kind, Token, tokens};

/// Which of the two languages a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Query,
    Update,
}

/// The first mistake in the grammar of `text`, or the first name whose prefix is not declared, or what else is known to be refused; `None`
/// where nothing is found.
pub(crate) fn diagnose(text: &str, language: Language) -> Option<SyntaxError> {
    in_grammar(text, language).or_else(|| {
        let tokens = tokens(text);
        let (place, reason) = sense::mistake(&tokens)?;
        Some(at(text, tokens.get(place), Vec::new(), Some(reason)))
    })
}

fn in_grammar(text: &str, language: Language) -> Option<SyntaxError> {
    let tokens = tokens(text);
    let grammar = Grammar::read();
    let mut reading = Reading {
        grammar: &grammar,
        tokens: &tokens,
        furthest: 0,
        expected: BTreeSet::new(),
    };
    let start = match language {
        Language::Query => "Query",
        Language::Update => "Update",
    };
    let end = reading.rule(start, 0);
    if end == Some(tokens.len()) {
        return undeclared(text, &tokens);
    }
    if end == Some(reading.furthest) {
        reading.expected.insert("the end of the text".into());
    }
    let mut expected: Vec<String> = reading.expected.iter().cloned().collect();
    expected.sort_by_key(|token| (token.starts_with('`'), token.to_lowercase()));
    let error = at(text, tokens.get(reading.furthest), expected, None);
    // A name that is not declared may stand before the mistake.
    Some(undeclared(text, tokens.get(..reading.furthest).unwrap_or_default()).unwrap_or(error))
}

/// Whether the grammar, with the longest tokens, refuses what the parser accepts. Asked only where the parser is known to be too lenient.
pub(crate) fn refuses(text: &str, language: Language) -> Option<SyntaxError> {
    let close = |pair: &[u8]| matches!(pair, [before, b'<'] if before.is_ascii_alphanumeric() || *before == b')');
    let doubtful = text.contains("<<(") || text.as_bytes().windows(2).any(close);
    if doubtful && text.len() < 1 << 16 {
        in_grammar(text, language)
    } else {
        None
    }
}

fn undeclared(text: &str, tokens: &[Token<'_>]) -> Option<SyntaxError> {
    let mut declared = BTreeSet::new();
    let mut before: Option<&Token<'_>> = None;
    for token in tokens {
        if token.kind == Kind::Name
            && let Some((prefix, _)) = token.text.split_once(':')
        {
            if before.is_some_and(|before| before.is("PREFIX")) {
                declared.insert(prefix);
            } else if !declared.contains(prefix) {
                let reason = format!("the prefix `{prefix}:` is not declared");
                return Some(at(text, Some(token), Vec::new(), Some(reason)));
            }
        }
        before = Some(token);
    }
    None
}

fn at(
    text: &str,
    token: Option<&Token<'_>>,
    expected: Vec<String>,
    reason: Option<String>,
) -> SyntaxError {
    let offset = token.map_or(text.trim_end().len(), |token| token.at);
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    let found = token.map(|token| {
        token
            .text
            .chars()
            .take(40)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    });
    SyntaxError {
        line,
        column,
        found,
        expected,
        reason,
    }
}

/// What a rule is made of.
#[derive(Debug)]
enum Part {
    Word(&'static str),
    Sign(&'static str),
    Kind(&'static str),
    Rule(&'static str),
    All(Vec<Part>),
    Any(Vec<Part>),
    Maybe(Box<Part>),
    Many(Box<Part>),
    Some(Box<Part>),
}

struct Grammar(BTreeMap<&'static str, Part>);

impl Grammar {
    fn read() -> Self {
        let mut rules = BTreeMap::new();
        for line in include_str!("grammar.txt").lines() {
            if let Some((name, body)) = line.split_once('=') {
                let words: Vec<&'static str> = body.split_whitespace().collect();
                rules.insert(name.trim(), choice(&mut words.iter().copied().peekable()));
            }
        }
        Self(rules)
    }
}

type Words<'a> = std::iter::Peekable<std::iter::Copied<std::slice::Iter<'a, &'static str>>>;

fn choice(words: &mut Words<'_>) -> Part {
    let mut choices = vec![sequence(words)];
    while words.next_if_eq(&"|").is_some() {
        choices.push(sequence(words));
    }
    if choices.len() == 1 {
        choices.remove(0)
    } else {
        Part::Any(choices)
    }
}

fn sequence(words: &mut Words<'_>) -> Part {
    let mut parts = Vec::new();
    while let Some(word) =
        words.next_if(|word| *word != "|" && !(word.starts_with(')') && word.len() <= 2))
    {
        let (mut part, suffix) = if word == "(" {
            let inner = choice(words);
            (
                inner,
                words.next().unwrap_or_default().trim_start_matches(')'),
            )
        } else if word.starts_with('\'') {
            let end = word.rfind('\'').unwrap_or_default();
            (
                Part::Sign(word.get(1..end).unwrap_or_default()),
                word.get(end + 1..).unwrap_or_default(),
            )
        } else {
            let name = word.trim_end_matches(['?', '*', '+']);
            let suffix = word.get(name.len()..).unwrap_or_default();
            let part = if let Some(kind) = name.strip_prefix('<') {
                Part::Kind(kind.trim_end_matches('>'))
            } else if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                Part::Word(name)
            } else {
                Part::Rule(name)
            };
            (part, suffix)
        };
        part = match suffix {
            "?" => Part::Maybe(Box::new(part)),
            "*" => Part::Many(Box::new(part)),
            "+" => Part::Some(Box::new(part)),
            _ => part,
        };
        parts.push(part);
    }
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        Part::All(parts)
    }
}

struct Reading<'a> {
    grammar: &'a Grammar,
    tokens: &'a [Token<'a>],
    furthest: usize,
    expected: BTreeSet<String>,
}

impl<'a> Reading<'a> {
    fn rule(&mut self, name: &str, from: usize) -> Option<usize> {
        let grammar: &'a Grammar = self.grammar;
        self.part(grammar.0.get(name)?, from)
    }

    fn part(&mut self, part: &'a Part, from: usize) -> Option<usize> {
        match part {
            Part::Word(word) => self.token(
                from,
                &format!("`{}`", if *word == "A" { "a" } else { word }),
                |token| {
                    if *word == "A" {
                        token.text == "a"
                    } else {
                        token.is(word)
                    }
                },
            ),
            Part::Sign(sign) => self.token(from, &format!("`{sign}`"), |token| token.is_sign(sign)),
            Part::Kind(kind) => {
                let (words, wanted) = match *kind {
                    "iri" => ("an IRI", Kind::Iri),
                    "name" => ("a name such as `ex:thing`", Kind::Name),
                    "blank" => ("a blank node", Kind::Blank),
                    "variable" => ("a variable", Kind::Variable),
                    "language" => ("a language", Kind::Language),
                    "number" => ("a number", Kind::Number),
                    "text" => ("a string", Kind::Text),
                    _ => {
                        return self.token(from, "a function", |token| {
                            FUNCTIONS.iter().any(|name| token.is(name))
                        });
                    }
                };
                self.token(from, words, |token| token.kind == wanted)
            }
            Part::Rule(name) => self.rule(name, from),
            Part::All(parts) => parts.iter().try_fold(from, |at, part| self.part(part, at)),
            Part::Any(parts) => parts.iter().find_map(|part| self.part(part, from)),
            Part::Maybe(part) => Some(self.part(part, from).unwrap_or(from)),
            Part::Many(part) => Some(self.many(part, from)),
            Part::Some(part) => {
                let first = self.part(part, from)?;
                Some(self.many(part, first))
            }
        }
    }

    fn many(&mut self, part: &'a Part, mut at: usize) -> usize {
        while let Some(next) = self.part(part, at).filter(|next| *next > at) {
            at = next;
        }
        at
    }

    fn token(
        &mut self,
        from: usize,
        words: &str,
        fits: impl Fn(&Token<'_>) -> bool,
    ) -> Option<usize> {
        if self.tokens.get(from).is_some_and(fits) {
            return Some(from + 1);
        }
        if from > self.furthest {
            self.furthest = from;
            self.expected.clear();
        }
        if from == self.furthest {
            self.expected.insert(words.into());
        }
        None
    }
}

/// Every function and aggregate with ordinary arguments.
const FUNCTIONS: &[&str] = &[
    "STR",
    "LANG",
    "LANGMATCHES",
    "LANGDIR",
    "DATATYPE",
    "BOUND",
    "IRI",
    "URI",
    "BNODE",
    "RAND",
    "ABS",
    "CEIL",
    "FLOOR",
    "ROUND",
    "CONCAT",
    "SUBSTR",
    "STRLEN",
    "REPLACE",
    "UCASE",
    "LCASE",
    "ENCODE_FOR_URI",
    "CONTAINS",
    "STRSTARTS",
    "STRENDS",
    "STRBEFORE",
    "STRAFTER",
    "YEAR",
    "MONTH",
    "DAY",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "TIMEZONE",
    "TZ",
    "NOW",
    "UUID",
    "STRUUID",
    "MD5",
    "SHA1",
    "SHA256",
    "SHA384",
    "SHA512",
    "COALESCE",
    "IF",
    "STRLANG",
    "STRLANGDIR",
    "STRDT",
    "SAMETERM",
    "ISIRI",
    "ISURI",
    "ISBLANK",
    "ISLITERAL",
    "ISNUMERIC",
    "HASLANG",
    "HASLANGDIR",
    "REGEX",
    "TRIPLE",
    "SUBJECT",
    "PREDICATE",
    "OBJECT",
    "ISTRIPLE",
    "ADJUST",
    "SUM",
    "MIN",
    "MAX",
    "AVG",
    "SAMPLE",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        diagnose(text, Language::Query).map_or_else(|| "nothing".into(), |error| error.to_string())
    }

    #[test]
    fn the_place_is_where_the_mistake_is() {
        assert_eq!(
            told("SELECT * WHERE { ?s ?p }"),
            "line 1, column 24: unexpected `}`; expected a blank node, a name such as `ex:thing`, a number, a string, a variable, an IRI, `(`, `+` or something else"
        );
        assert_eq!(
            told("SELEC * {}"),
            "line 1, column 1: unexpected `SELEC`; expected `ASK`, `BASE`, `CONSTRUCT`, `DESCRIBE`, `PREFIX`, `SELECT`, `VERSION`"
        );
        assert_eq!(
            told("ASK {\n\n FILTER(?x = ) }")
                .lines()
                .next()
                .unwrap()
                .split(';')
                .next()
                .unwrap(),
            "line 3, column 14: unexpected `)`"
        );
        assert_eq!(
            told("ASK { ?x a ?y } }"),
            "line 1, column 17: unexpected `}`; expected the end of the text, `GROUP`, `HAVING`, `LIMIT`, `OFFSET`, `ORDER`, `VALUES`"
        );
        assert_eq!(
            told("ASK { ?x a ?y").split(';').next().unwrap(),
            "line 1, column 14: the text ends too early"
        );
        assert_eq!(
            told("SELECT * { ?s ?p ?o } LIMIT x"),
            "line 1, column 29: unexpected `x`; expected a number"
        );
        assert_eq!(
            told("SELECT * { ?s ex:p ?o }"),
            "line 1, column 15: the prefix `ex:` is not declared"
        );
        assert_eq!(told("PREFIX ex: <http://e/> ASK { ?s ex:p ?o }"), "nothing");
    }

    #[test]
    fn what_is_grammatical_and_refused_is_told_where_it_stands() {
        let rows = [
            (
                "ASK { ?s <p> ?o BIND(1 AS ?s) }",
                "column 27: `?s` has a value already where `BIND` gives it one",
            ),
            (
                "ASK { OPTIONAL { ?s <p> ?o } BIND(1 AS ?o) }",
                "column 40: `?o` has a value already where `BIND` gives it one",
            ),
            (
                "SELECT (1 AS ?s) ?s { ?s <p> ?o }",
                "column 14: `?s` is the name of something else already",
            ),
            (
                "SELECT ?s (COUNT(*) AS ?n) { ?s <p> ?o }",
                "column 8: `?s` is neither grouped by nor in an aggregate",
            ),
            (
                "SELECT ?s ?o { ?s <p> ?o } GROUP BY ?s",
                "column 11: `?o` is neither grouped by nor in an aggregate",
            ),
            (
                "ASK { VALUES (?a ?b) { (1 2) (\"x\"@en) } }",
                "column 30: this row has 1 values, and there are 2 variables",
            ),
            (
                "ASK { _:a <p> ?o OPTIONAL { _:a <q> ?x } }",
                "column 29: `_:a` stands in another graph pattern already",
            ),
            (
                "ASK { FILTER(STRLEN(?x, 1) > 1) }",
                "column 14: `STRLEN` takes 1 argument, and here are 2",
            ),
            (
                "ASK { FILTER(REGEX(STR(?x)) ) }",
                "column 14: `REGEX` takes 2 to 3 arguments, and here are 1",
            ),
            (
                "ASK { FILTER(NOW(?x) = 1) }",
                "column 14: `NOW` takes no arguments, and here are 1",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(told(text), format!("line 1, {expected}"), "{text}");
        }
        let fine = [
            "ASK { FILTER(?x = 1) BIND(1 AS ?x) }",
            "ASK { ?s <p> ?o MINUS { ?x <p> 1 } BIND(1 AS ?x) }",
            "ASK { BIND(STRLEN(?y) AS ?x) BIND(?x AS ?z) { ?a <p> ?b } BIND(1 AS ?y) }",
            "SELECT ?s (COUNT(*) AS ?n) (?n + 1 AS ?m) { ?s <p> ?o } GROUP BY ?s ORDER BY ?o",
            "SELECT (SUBSTR(\"a\", 1, IF(true, 1, 2)) AS ?n) { VALUES (?a ?b) { (-1 \"1\"^^<t>) (UNDEF <<( <a> <b> 1 )>>) } VALUES ?c { 1 2 } }",
            "SELECT (STR(?g) AS ?n) { ?s <p> ?o } GROUP BY (?o AS ?g)",
            "ASK { _:a <p> ?o . FILTER(?o > 1) _:a <q> ?x }",
        ];
        for text in fine {
            assert_eq!(told(text), "nothing", "{text}");
        }
        let update = "DELETE { ?s <p> _:b } WHERE { ?s <p> ?o }";
        let error = diagnose(update, Language::Update).unwrap();
        assert_eq!(
            error.to_string(),
            "line 1, column 17: a blank node cannot be named in what is deleted"
        );
    }

    #[test]
    fn every_rule_that_is_named_is_there() {
        fn check(part: &Part, grammar: &Grammar) {
            match part {
                Part::Rule(name) => assert!(grammar.0.contains_key(name), "{name}"),
                Part::All(parts) | Part::Any(parts) => {
                    parts.iter().for_each(|part| check(part, grammar))
                }
                Part::Maybe(part) | Part::Many(part) | Part::Some(part) => check(part, grammar),
                _ => {}
            }
        }
        let grammar = Grammar::read();
        assert!(grammar.0.len() > 40);
        for part in grammar.0.values() {
            check(part, &grammar);
        }
    }
}
