//! Why a question has no answer, in words for the asker.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::Inexpressible;
use crate::diagnose::{Language, diagnose};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The text is not SPARQL, or costs too much to find out: the asker's mistake.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The question is SPARQL, and this server does not answer it.
    #[error("{0}")]
    Refused(String),
    /// The answer cannot be written in the chosen format.
    #[error("an answer of this form cannot be written as `{0}`")]
    Format(&'static str),
    /// The answer holds something that the chosen format has no way to say.
    #[error(transparent)]
    Inexpressible(Inexpressible),
    /// A limit of the running evaluation was reached.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The reader of the answer went away, or the disk is full.
    #[error("the answer cannot be written")]
    Write(#[source] io::Error),
    /// We are wrong.
    #[error("the query cannot be evaluated")]
    Evaluation(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why an evaluation ended before its answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// Time is up.
    #[error("the answer took longer than {} s", .0.as_secs_f64())]
    Time(Duration),
    /// Somebody cancelled it.
    #[error("the evaluation was cancelled")]
    Cancelled,
    /// The answer has too many solutions or triples.
    #[error("the answer has more than {0} rows")]
    Rows(u64),
    /// The answer has too many bytes.
    #[error("the answer is longer than {0} bytes")]
    Bytes(u64),
    /// The evaluation holds too much at once.
    #[error("the evaluation needs more than {0} bytes of memory")]
    Memory(u64),
    /// All evaluations together hold too much at once, and this one much of it.
    #[error("all that is being evaluated needs more than {0} bytes of memory")]
    Together(u64),
}

/// What is wrong with the text of a query or an update.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It does not parse.
    #[error("{0}")]
    Syntax(SyntaxError),
    /// It is longer than allowed.
    #[error("the text has {bytes} bytes, and {limit} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Brackets are nested deeper than allowed.
    #[error("line {line}, column {column}: brackets are nested deeper than {limit}")]
    TooDeep {
        /// Line of the bracket that is too much, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// The limit.
        limit: usize,
    },
    /// Function calls are nested deeper than allowed.
    #[error("line {line}, column {column}: function calls are nested deeper than {limit}")]
    TooManyCalls {
        /// Line of the bracket that is too much, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// The limit.
        limit: usize,
    },
    /// There are more pattern keywords and braces than allowed.
    #[error("the text has more than {limit} braces and keywords such as `OPTIONAL`")]
    TooManyKeywords {
        /// The limit.
        limit: usize,
    },
    /// An expression or a path has more operators than allowed.
    #[error("an expression has more than {limit} operators")]
    TooManyOperators {
        /// The limit.
        limit: usize,
    },
    /// There are more variables than allowed.
    #[error("the text has more than {limit} different variables")]
    TooManyVariables {
        /// The limit.
        limit: usize,
    },
    /// What the prefixes stand for is too long for so many names.
    #[error(
        "the names of the text, written out, may have more than {limit} bytes: shorten the prefixes or the text"
    )]
    TooMuchSpelled {
        /// The limit.
        limit: usize,
    },
    /// The base IRI to resolve against is not an absolute IRI.
    #[error("`{0}` is not an absolute IRI to resolve against")]
    Base(String),
}

/// Where a text stops being SPARQL, and what could have stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What stands there (`None` at the end of the text).
    pub found: Option<String>,
    /// What could have stood there, in the grammar's words; sorted, without white space and comments.
    pub expected: Vec<String>,
    /// What else is wrong, in a sentence, where the grammar knows.
    pub reason: Option<String>,
}

/// Most tokens that a message lists before it says "or something else".
const LISTED: usize = 8;

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if let Some(reason) = &self.reason {
            return write!(f, "{reason}");
        }
        match &self.found {
            Some(found) => write!(f, "unexpected `{found}`")?,
            None => write!(f, "the text ends too early")?,
        }
        for (i, token) in self.expected.iter().take(LISTED).enumerate() {
            write!(f, "{} {token}", if i == 0 { "; expected" } else { "," })?;
        }
        if self.expected.len() > LISTED {
            write!(f, " or something else")
        } else {
            Ok(())
        }
    }
}

impl SyntaxError {
    /// What the grammar says about `text`; where it finds nothing wrong, what the parser's own message says, which has the form
    /// `error at LINE:COLUMN: expected one of A, B`.
    pub(crate) fn of(message: &str, text: &str, language: Language) -> Self {
        if let Some(error) = diagnose(text, language) {
            return error;
        }
        let (line, column, rest) = position(message).unwrap_or((1, 1, message));
        // The grammar has found nothing wrong, so what the parser would have taken where it gave up is not what is missing.
        let mut reason = tokens(rest)
            .iter()
            .find(|token| is_sentence(token))
            .map(|token| lower_first(token));
        if rest == message {
            reason.get_or_insert(lower_first(message));
        }
        Self {
            line,
            column,
            found: found(text, line, column),
            expected: Vec::new(),
            reason,
        }
    }
}

fn position(message: &str) -> Option<(usize, usize, &str)> {
    let rest = message.strip_prefix("error at ")?;
    let (place, rest) = rest.split_once(": expected ")?;
    let (line, column) = place.split_once(':')?;
    Some((
        line.parse().ok()?,
        column.parse().ok()?,
        rest.strip_prefix("one of ").unwrap_or(rest),
    ))
}

/// Splits at `, ` outside of quotes and character classes.
fn tokens(list: &str) -> Vec<String> {
    let (mut out, mut token, mut quote, mut escaped, mut class) =
        (Vec::new(), String::new(), None, false, 0_u32);
    let mut chars = list.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if token.is_empty() || class > 0 => quote = Some(c),
            (None, '[') => class += 1,
            (None, ']') => class = class.saturating_sub(1),
            (None, ',') if class == 0 && chars.peek() == Some(&' ') => {
                chars.next();
                out.push(std::mem::take(&mut token));
                continue;
            }
            _ => {}
        }
        token.push(c);
    }
    out.push(token);
    out
}

fn is_sentence(token: &str) -> bool {
    !token.starts_with(['"', '\'', '[']) && token.contains(' ')
}

fn lower_first(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(a), Some(b)) if b.is_lowercase() || b == ' ' => {
            a.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.into(),
    }
}

fn found(text: &str, line: usize, column: usize) -> Option<String> {
    let rest = text.split('\n').nth(line.saturating_sub(1))?;
    let mut rest = rest.chars().skip(column.saturating_sub(1)).peekable();
    let first = *rest.peek()?;
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '?' | '$' | '@');
    let found: String = if word(first) {
        rest.take_while(|c| word(*c)).take(40).collect()
    } else {
        rest.take(1).collect()
    };
    Some(
        found
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect(),
    )
}
