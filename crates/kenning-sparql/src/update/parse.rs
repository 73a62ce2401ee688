//! The operations of an update.
//!
//! The parser turns COPY, MOVE and ADD into other operations, in which the default graph as a source is no longer told from a WHERE over the
//! union, and a missing source from an empty one. It also takes no prologue after a `;`. So operations are told apart by their tokens first.

use spargebra::algebra::GraphPattern;
use spargebra::term::{GraphName, GraphNamePattern, NamedNodePattern};
use spargebra::{GraphUpdateOperation, Update};

use crate::diagnose::Language;
use crate::error::SyntaxError;
use crate::token::{Token, tokens};
use crate::{ParseOptions, QueryError, TextError, guard, prepare, spelling};

/// One operation.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// As the parser gives it.
    Plain(GraphUpdateOperation),
    /// COPY, MOVE or ADD from one graph to another.
    Transfer {
        kind: Transfer,
        silent: bool,
        from: GraphName,
        to: GraphName,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Copy,
    Move,
    Add,
}

/// The operations of `text`, in order.
pub(super) fn operations(text: &str, options: &ParseOptions) -> Result<Vec<Operation>, QueryError> {
    let text = spelling::without_mark(text);
    guard::check(text, &options.limits)?;
    let spelled = spelling::booleans(text);
    let text = spelled.as_ref();
    let tokens = tokens(text);
    let pieces = pieces(text, &tokens);
    let whole = parse(text, options);
    if let Ok(update) = &whole
        && pieces.iter().all(|piece| piece.transfer.is_none())
    {
        return Ok(update
            .operations
            .iter()
            .cloned()
            .map(Operation::Plain)
            .collect());
    }
    if let Err(error) = &whole
        && error.to_string().contains("cannot be shared")
    {
        return Err(syntax(error, text));
    }
    let empty = |piece: &Piece<'_>| piece.prologue.is_empty() && piece.operation.is_empty();
    if let Err(error) = &whole
        && pieces.iter().rev().skip(1).any(empty)
    {
        return Err(syntax(error, text));
    }
    let mut out = Vec::new();
    let mut prologue = String::new();
    for piece in pieces {
        prologue.push_str(piece.prologue);
        prologue.push('\n');
        let update = match parse(&format!("{prologue}{}", piece.operation), options) {
            Ok(update) => update,
            // Only the whole text has the right places; where it parses by accident, the piece's own message must do.
            Err(error) => return Err(syntax(whole.as_ref().err().unwrap_or(&error), text)),
        };
        match piece.transfer {
            None => out.extend(update.operations.into_iter().map(Operation::Plain)),
            Some((kind, silent)) => {
                out.extend(
                    transfer(&update.operations).map(|(from, to)| Operation::Transfer {
                        kind,
                        silent,
                        from,
                        to,
                    }),
                )
            }
        }
    }
    Ok(out)
}

fn parse(text: &str, options: &ParseOptions) -> Result<Update, ParseError> {
    let parser = prepare::parser(options).map_err(ParseError::Text)?;
    parser
        .parse_update(text)
        .map_err(|error| ParseError::Syntax(error.to_string()))
}

#[derive(Debug, thiserror::Error)]
enum ParseError {
    #[error(transparent)]
    Text(TextError),
    #[error("{0}")]
    Syntax(String),
}

fn syntax(error: &ParseError, text: &str) -> QueryError {
    match error {
        ParseError::Text(error) => error.clone().into(),
        ParseError::Syntax(message) => {
            TextError::Syntax(SyntaxError::of(message, text, Language::Update)).into()
        }
    }
}

struct Piece<'a> {
    prologue: &'a str,
    operation: &'a str,
    transfer: Option<(Transfer, bool)>,
}

/// Splits at each `;` outside of brackets.
fn pieces<'a>(text: &'a str, tokens: &[Token<'a>]) -> Vec<Piece<'a>> {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    let mut group: Vec<Token<'a>> = Vec::new();
    for token in tokens {
        match token.text {
            "{" | "(" | "[" | "<<" | "<<(" | "{|" => depth += 1,
            "}" | ")" | "]" | ">>" | ")>>" | "|}" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => {
                out.extend(piece(text, start, token.at, &group));
                start = token.end();
                group.clear();
                continue;
            }
            _ => {}
        }
        group.push(*token);
    }
    out.extend(piece(text, start, text.len(), &group));
    out
}

const FIRST_WORDS: &[&str] = &[
    "INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD",
];

fn piece<'a>(text: &'a str, start: usize, end: usize, tokens: &[Token<'a>]) -> Option<Piece<'a>> {
    let first = tokens
        .iter()
        .position(|token| FIRST_WORDS.iter().any(|word| token.is(word)));
    let Some(first) = first else {
        // A prologue alone, or what is no operation: the parser will say.
        let rest = text
            .get(start..end)
            .filter(|_| !tokens.is_empty())
            .unwrap_or_default();
        let prologue = tokens.first().is_none_or(|token| {
            ["PREFIX", "BASE", "VERSION"]
                .iter()
                .any(|word| token.is(word))
        });
        return Some(if prologue {
            Piece {
                prologue: rest,
                operation: "",
                transfer: None,
            }
        } else {
            Piece {
                prologue: "",
                operation: rest,
                transfer: None,
            }
        });
    };
    let word = tokens.get(first)?;
    let kind = [
        ("COPY", Transfer::Copy),
        ("MOVE", Transfer::Move),
        ("ADD", Transfer::Add),
    ]
    .into_iter()
    .find(|(name, _)| word.is(name));
    let silent = tokens
        .get(first + 1)
        .is_some_and(|token| token.is("SILENT"));
    Some(Piece {
        prologue: text.get(start..word.at)?,
        operation: text.get(word.at..end)?,
        transfer: kind.map(|(_, kind)| (kind, silent)),
    })
}

/// The source and the target of what the parser made of a COPY, MOVE or ADD; `None` where they are the same.
fn transfer(operations: &[GraphUpdateOperation]) -> Option<(GraphName, GraphName)> {
    operations.iter().find_map(|operation| match operation {
        GraphUpdateOperation::DeleteInsert {
            insert, pattern, ..
        } => {
            let to = match &insert.first()?.graph_name {
                GraphNamePattern::NamedNode(name) => name.clone().into(),
                _ => GraphName::DefaultGraph,
            };
            let from = match &**pattern {
                GraphPattern::Graph {
                    name: NamedNodePattern::NamedNode(name),
                    ..
                } => name.clone().into(),
                _ => GraphName::DefaultGraph,
            };
            Some((from, to))
        }
        _ => None,
    })
}
