//! RDF that callers send: read strictly, without opening anything else, and without growing out of proportion.

use kenning_sparql::GraphFormat;
use kenning_store::Written;
use oxrdf::{GraphName, Quad, TermRef};
use oxrdfio::{RdfParseError, RdfParser};

use crate::error::{HttpError, Syntax};
use crate::nesting;

/// The longest text an entity of an RDF/XML document may stand for, and how much all of them may add, in bytes.
const ENTITY: usize = 1_024;
const ENTITIES: usize = 16 * 1024 * 1024;

/// What a document may stand for when its names are written out, however short it is, in bytes.
const SPELLED: usize = 64 * 1024 * 1024;
/// Beyond that, so many bytes for each of its own: a prefix may be as long as a book, and a name that uses it as short as a letter.
const RATIO: usize = 32;

/// Reads `bytes` as RDF, and how they write language tags. Blank nodes get labels of their own, apart from all others.
///
/// `one_graph` refuses what names graphs. Remote contexts and external entities are never fetched.
///
/// # Errors
/// [`HttpError::Syntax`] with line and column.
pub(crate) fn parse(
    bytes: &[u8],
    format: GraphFormat,
    base: &str,
    one_graph: bool,
) -> Result<(Vec<Quad>, Written), HttpError> {
    // Some editors put a byte order mark first; to none of the formats it means anything.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    nesting::check(bytes, format)?;
    if format == GraphFormat::RdfXml {
        check_entities(bytes)?;
    }
    let mut parser = RdfParser::from_format(format.rdf_format())
        .with_base_iri(base)
        .map_err(|_| HttpError::Request("the base is not an absolute IRI".to_owned()))?
        .rename_blank_nodes();
    if one_graph {
        parser = parser.without_named_graphs();
    }
    let mut quads = Vec::new();
    let mut spelled = 0;
    for quad in parser.for_slice(bytes) {
        let quad = quad.map_err(|error| syntax(&error))?;
        spelled += size(&quad);
        if spelled > SPELLED.max(bytes.len().saturating_mul(RATIO)) {
            return Err(HttpError::AnswerTooLarge(
                "the names of the data, written out, are out of proportion to it: shorten the prefixes".to_owned(),
            ));
        }
        quads.push(quad);
    }
    Ok((quads, Written::of_document(bytes, format.rdf_format())))
}

/// About how many bytes a quad takes.
fn size(quad: &Quad) -> usize {
    fn of(term: TermRef<'_>) -> usize {
        match term {
            TermRef::NamedNode(node) => node.as_str().len(),
            TermRef::BlankNode(node) => node.as_str().len(),
            TermRef::Literal(literal) => literal.value().len() + literal.datatype().as_str().len(),
            TermRef::Triple(triple) => {
                of(triple.subject.as_ref().into())
                    + triple.predicate.as_str().len()
                    + of(triple.object.as_ref())
            }
        }
    }
    let graph = match &quad.graph_name {
        GraphName::NamedNode(node) => node.as_str().len(),
        _ => 0,
    };
    of(quad.subject.as_ref().into())
        + quad.predicate.as_str().len()
        + of(quad.object.as_ref())
        + graph
}

fn syntax<E: std::fmt::Display + Located>(error: &E) -> HttpError {
    let (line, column) = error.place().unzip();
    let message = in_our_words(&first_line(&error.to_string()));
    let message = match (line, column) {
        (Some(line), Some(column)) => {
            format!("line {line}, column {column}: {message}")
        }
        _ => message,
    };
    Syntax {
        message,
        line,
        column,
        expected: None,
    }
    .into()
}

/// Where in a text an error is, both from 1.
trait Located {
    fn place(&self) -> Option<(u64, u64)>;
}

impl Located for oxrdfio::RdfSyntaxError {
    fn place(&self) -> Option<(u64, u64)> {
        let start = self.location()?.start;
        Some((start.line + 1, start.column + 1))
    }
}

impl Located for RdfParseError {
    fn place(&self) -> Option<(u64, u64)> {
        match self {
            Self::Syntax(error) => error.place(),
            Self::Io(_) => None,
        }
    }
}

/// The parser's message without the place, which stands before it here, and without what only its programmers know.
fn in_our_words(message: &str) -> String {
    if message.contains("LoadDocumentCallback") {
        return "the document names a context elsewhere, and nothing is fetched; write the context into the document"
            .to_owned();
    }
    let rest = message.strip_prefix("Parser error at ");
    let rest = rest.and_then(|rest| rest.split_once(": "));
    rest.map_or(message, |(_, rest)| rest).to_owned()
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(300).collect()
}

/// A document of a few hundred bytes can grow to gigabytes by entities that name entities; the parser does not count.
///
/// So an entity must be short and plain text, and what all references add is bounded.
fn check_entities(bytes: &[u8]) -> Result<(), HttpError> {
    let refuse = |why: &str| Err(HttpError::Refused(format!("{why}, which is not read here")));
    let mut longest = 0;
    let mut rest = bytes;
    while let Some(at) = find(rest, b"<!ENTITY") {
        rest = rest.get(at + 8..).unwrap_or_default();
        let end = find(rest, b">").unwrap_or(rest.len());
        let declaration = rest.get(..end).unwrap_or_default();
        if contains_word(declaration, b"SYSTEM") || contains_word(declaration, b"PUBLIC") {
            return refuse("an entity is defined by another file");
        }
        if declaration.contains(&b'&') || declaration.contains(&b'%') {
            return refuse("an entity is defined by entities");
        }
        if declaration.len() > ENTITY {
            return refuse("an entity is longer than a name");
        }
        longest = longest.max(declaration.len());
    }
    if longest == 0 {
        return Ok(());
    }
    let references = bytes.iter().filter(|byte| **byte == b'&').count();
    if references.saturating_mul(longest) > ENTITIES {
        return refuse("the document grows out of proportion by its entities");
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Outside of quotes: an address in an entity's text may hold any word.
fn contains_word(declaration: &[u8], word: &[u8]) -> bool {
    let unquoted = declaration
        .split(|byte| matches!(byte, b'"' | b'\''))
        .step_by(2);
    let mut unquoted = unquoted.filter(|part| find(part, word).is_some());
    unquoted.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: GraphFormat) -> Result<usize, HttpError> {
        parse(text.as_bytes(), format, "http://example.org/", true).map(|(quads, _)| quads.len())
    }

    #[test]
    fn an_error_says_where() {
        let Err(HttpError::Syntax(syntax)) = read(
            "<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> ;",
            GraphFormat::Turtle,
        ) else {
            panic!("it parses");
        };
        assert_eq!(syntax.line, Some(2));
        assert!(syntax.column.is_some());
    }

    #[test]
    fn entities_stay_small() {
        let rdf = |dtd: &str, text: &str| {
            format!(
                "<!DOCTYPE r [{dtd}]><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"urn:e:\"><rdf:Description rdf:about=\"urn:a\"><e:p>{text}</e:p></rdf:Description></rdf:RDF>"
            )
        };
        let fine = rdf(
            "<!ENTITY owl \"http://www.w3.org/2002/07/owl#SYSTEM\">",
            "&owl;Class",
        );
        assert_eq!(read(&fine, GraphFormat::RdfXml), Ok(1));
        let bomb = rdf(
            "<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">",
            "&b;",
        );
        assert!(matches!(
            read(&bomb, GraphFormat::RdfXml),
            Err(HttpError::Refused(_))
        ));
        let outside = rdf("<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;");
        assert!(matches!(
            read(&outside, GraphFormat::RdfXml),
            Err(HttpError::Refused(_))
        ));
        let wide = rdf(
            &format!("<!ENTITY a \"{}\">", "a".repeat(1_000)),
            &"&a;".repeat(20_000),
        );
        assert!(matches!(
            read(&wide, GraphFormat::RdfXml),
            Err(HttpError::Refused(_))
        ));
    }

    #[test]
    fn prefixes_do_not_stand_for_everything() {
        let text = |length: usize, count: usize| {
            format!(
                "@prefix a: <http://example.org/{}> . {}",
                "x".repeat(length),
                "a:b a:c a:d . ".repeat(count)
            )
        };
        assert_eq!(read(&text(100, 1_000), GraphFormat::Turtle), Ok(1_000));
        assert!(matches!(
            read(&text(100_000, 1_000), GraphFormat::Turtle),
            Err(HttpError::AnswerTooLarge(_))
        ));
    }

    #[test]
    fn remote_contexts_are_not_fetched() {
        let text = r#"{"@context":"http://127.0.0.1:9/ctx","@id":"urn:a","p":1}"#;
        assert!(matches!(
            read(text, GraphFormat::JsonLd),
            Err(HttpError::Syntax(_))
        ));
    }

    #[test]
    fn one_graph_is_one_graph() {
        let text = "<urn:a> <urn:b> <urn:c> <urn:g> .";
        assert!(read(text, GraphFormat::NQuads).is_err());
    }
}
