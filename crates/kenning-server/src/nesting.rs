//! How deep RDF that callers send may nest, looked at before a parser sees it: triples within triples are built, copied and dropped
//! by functions that call themselves, and what nests deep enough would end the process.

use kenning_sparql::GraphFormat;

use crate::error::{HttpError, Syntax};

/// The deepest nesting of brackets of any kind, or of elements. Lists are not deep, however long they are.
const DEEPEST: usize = 250;

/// Checks the nesting of a document.
///
/// # Errors
/// [`HttpError::Syntax`] with the line where it becomes too deep.
pub(crate) fn check(bytes: &[u8], format: GraphFormat) -> Result<(), HttpError> {
    let place = match format {
        GraphFormat::JsonLd => json(bytes),
        GraphFormat::RdfXml => xml(bytes),
        _ => turtle(bytes),
    };
    let Some(place) = place else {
        return Ok(());
    };
    let before = bytes.get(..place).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    Err(Syntax {
        message: format!("line {line}: nested more than {DEEPEST} deep"),
        line: Some(line),
        ..Syntax::default()
    }
    .into())
}

/// Turtle, TriG, N-Triples and N-Quads: brackets outside of strings, IRIs and comments.
fn turtle(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'#' => until(rest, b'\n'),
            b'"' | b'\'' => string(rest, *byte),
            b'<' if rest.starts_with(b"<<") => {
                depth += 1;
                2
            }
            b'<' => until(rest, b'>'),
            b'>' if rest.starts_with(b">>") => {
                depth = depth.saturating_sub(1);
                2
            }
            b'\\' => 2,
            b'(' | b'[' | b'{' => {
                depth += 1;
                1
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

fn json(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'"' => short_string(rest, b'"'),
            b'[' | b'{' => {
                depth += 1;
                1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// Elements that are opened and not closed. A `>` within an attribute ends the tag too early here, which makes nothing less deep.
fn xml(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'<' if rest.starts_with(b"<!--") => 4 + find(rest.get(4..), b"-->"),
            b'<' if rest.starts_with(b"<![CDATA[") => 9 + find(rest.get(9..), b"]]>"),
            b'<' if rest.starts_with(b"<?") || rest.starts_with(b"<!") => 2,
            b'<' if rest.starts_with(b"</") => {
                depth = depth.saturating_sub(1);
                2
            }
            b'<' => {
                let tag = until(rest, b'>');
                let empty = tag >= 2 && rest.get(tag - 2) == Some(&b'/');
                depth += usize::from(!empty);
                tag
            }
            _ => 1,
        };
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// How far it is to the end of this byte, or of everything.
fn until(rest: &[u8], byte: u8) -> usize {
    let found = rest.iter().position(|other| *other == byte);
    found.map_or(rest.len(), |at| at + 1)
}

/// How far it is to the end of these bytes, or of everything.
fn find(rest: Option<&[u8]>, end: &[u8]) -> usize {
    let rest = rest.unwrap_or_default();
    let found = rest.windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |at| at + end.len())
}

/// How long a string is that begins here, with its quotes.
fn string(rest: &[u8], quote: u8) -> usize {
    if rest.get(..3) != Some(&[quote; 3]) {
        return short_string(rest, quote);
    }
    let mut at = 3;
    while let Some(byte) = rest.get(at) {
        if *byte == b'\\' {
            at += 2;
        } else if rest.get(at..at + 3) == Some(&[quote; 3]) {
            return at + 3;
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn short_string(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match *byte {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            // A line's end ends what was no string after all: the parser says so, and nothing is hidden in it from here on.
            b'\n' => return at,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_and_lists_are_not() {
        let turtle = GraphFormat::Turtle;
        for (open, close) in [
            ("(", ")"),
            ("[ :p ", "]"),
            ("<<( :a :b ", ")>>"),
            ("<< ", " :p :o >>"),
            ("{", "}"),
        ] {
            let deep =
                |count: usize| format!(":a :b {}1{} .", open.repeat(count), close.repeat(count));
            assert!(check(deep(100).as_bytes(), turtle).is_ok(), "{open}");
            assert!(check(deep(251).as_bytes(), turtle).is_err(), "{open}");
            for before in [
                "\"(\" . ",
                "'''it's \"(\"''' . ",
                "<urn:a#b> . ",
                "# it's \"\n",
                "\"a\\\"\" . ",
                "<urn:x?y='> . ",
            ] {
                let text = format!(":a :b {before}{}", deep(251));
                assert!(check(text.as_bytes(), turtle).is_err(), "{before}{open}");
            }
        }
        let flat = ":a :b ( 1 2 3 ) , [ :p 1 ] , \"(((\", <urn:(((> . # (((\n".repeat(1_000);
        assert!(check(flat.as_bytes(), turtle).is_ok());
        let flat = "<urn:a> <urn:b> \"<< it's (\" .\n".repeat(1_000);
        assert!(check(flat.as_bytes(), GraphFormat::NTriples).is_ok());
    }

    #[test]
    fn json_and_xml_are_looked_at_too() {
        let deep = format!("{}1{}", "{\"a\":[".repeat(126), "]}".repeat(126));
        assert!(check(deep.as_bytes(), GraphFormat::JsonLd).is_err());
        let flat = format!("[{}]", "{\"a\":\"[[[\\\"{{{\"},".repeat(1_000));
        assert!(check(flat.as_bytes(), GraphFormat::JsonLd).is_ok());
        let deep = "<a><b/>".repeat(251);
        assert!(check(deep.as_bytes(), GraphFormat::RdfXml).is_err());
        let flat = format!(
            "<?xml version=\"1.0\"?><a>{}</a>",
            "<b x=\"1\"><c/>t</b><!-- <x><x> --><![CDATA[<y><y>]]>".repeat(1_000)
        );
        assert!(check(flat.as_bytes(), GraphFormat::RdfXml).is_ok());
    }
}
