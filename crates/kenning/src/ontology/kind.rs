//! Which notation a file is written in: its ending says it, or its first words where the ending leaves it open.

use anyhow::{Result, bail};
use oxrdfio::RdfFormat;

/// How much of a file is looked at.
const HEAD: usize = 64 * 1024;

/// The notation of a file with this name and this beginning.
///
/// `.owl` says nothing about the notation, and `.rdf` and `.xml` little: there the content decides.
///
/// # Errors
/// When it is none that is read, with how to make one of it.
pub(crate) fn of(name: &str, bytes: &[u8]) -> Result<RdfFormat> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending = ending.to_ascii_lowercase();
    match ending.as_str() {
        // Notation 3 is read as far as it is Turtle, which most files of that ending are.
        "n3" => match beyond_turtle(&String::from_utf8_lossy(bytes)) {
            Some((line, what)) => bail!(
                "line {line}: {what} of Notation 3 are not read; `eye --nope --pass {name} > {name}.ttl` makes a file of what the \
                 rules give, and `cwm {name} --data --ntriples > {name}.nt` one of the plain triples without them"
            ),
            None => Ok(RdfFormat::Turtle),
        },
        "ttl" | "turtle" => Ok(RdfFormat::Turtle),
        "nt" | "ntriples" => Ok(RdfFormat::NTriples),
        "nq" | "nquads" => Ok(RdfFormat::NQuads),
        "trig" => Ok(RdfFormat::TriG),
        "jsonld" | "json" => RdfFormat::from_extension("jsonld")
            .ok_or_else(|| anyhow::anyhow!("JSON-LD is not read by this build")),
        "owl" | "rdf" | "xml" | "rdfs" | "owx" | "ofn" | "fss" | "omn" | "obo" | "" => {
            by_content(name, bytes)
        }
        "gz" | "bz2" | "xz" | "zst" | "zip" => {
            bail!("`.{ending}` is packed; unpack it first, and load what was in it")
        }
        "csv" | "tsv" | "xls" | "xlsx" | "ods" => bail!(
            "tables are not read, SKOS in a table neither; OpenRefine with its RDF extension or SKOS Play's Excel converter makes RDF of \
             one, and `robot template --template {name} --output {name}.ttl` of a ROBOT template"
        ),
        "hdt" => bail!("HDT is not read; `hdt2rdf {name} {name}.nt` makes a file of it that is"),
        _ => bail!("`.{ending}` is no kind of RDF: use ttl, nt, nq, trig, n3, rdf, owl or jsonld"),
    }
}

fn by_content(name: &str, bytes: &[u8]) -> Result<RdfFormat> {
    let head = bytes.get(..HEAD.min(bytes.len())).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let start = after_comments(&text);
    let convert = |what: &str| {
        format!(
            "{what} is not read; `robot convert --input {name} --output {name}.ttl` makes a file of it that is, \
             and so does Protégé with `Save as…`, Turtle"
        )
    };
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["Prefix(", "Ontology(", "Prefix (", "Ontology ("]) {
        bail!(convert("OWL functional syntax"));
    }
    if begins(&["Prefix:", "Ontology:"]) {
        bail!(convert("Manchester syntax"));
    }
    if begins(&["format-version:", "[Term]"]) {
        bail!(convert("OBO"));
    }
    if start.starts_with('<') && !is_iri(start) {
        return match root(start) {
            Some("Ontology") => bail!(convert("OWL/XML")),
            Some("html" | "HTML") => bail!(
                "this is a page of HTML, not RDF; most vocabularies give their data where the page was when asked for it: \
                 `curl -L -H 'Accept: text/turtle' ADDRESS -o {name}.ttl`"
            ),
            _ => Ok(RdfFormat::RdfXml),
        };
    }
    if start.starts_with('{') || (start.starts_with('[') && !start.contains("] a ")) {
        return RdfFormat::from_extension("jsonld")
            .ok_or_else(|| anyhow::anyhow!("JSON-LD is not read by this build"));
    }
    Ok(RdfFormat::Turtle)
}

/// The first line on which Notation 3 says what Turtle cannot, and what that is.
fn beyond_turtle(text: &str) -> Option<(usize, &'static str)> {
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = match next {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string(rest, next),
            '<' if rest.starts_with("<=") => 0,
            '<' => iri(rest),
            // An escaped character of a local name.
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '{' | '}' | '=' => 0,
            '@' if rest.starts_with("@forAll") || rest.starts_with("@forSome") => 0,
            other => other.len_utf8(),
        };
        if skipped == 0 {
            let line = 1 + text
                .get(..text.len() - rest.len())
                .unwrap_or_default()
                .matches('\n')
                .count();
            let what = match next {
                '@' => "quantified variables",
                '{' | '}' => "rules and formulas",
                _ => "rules and equations",
            };
            return Some((line, what));
        }
        rest = rest.get(skipped..).unwrap_or_default();
    }
    None
}

/// How long a string literal is, its quotes included.
fn string(text: &str, quote: char) -> usize {
    let long: String = [quote; 3].iter().collect();
    let end = if text.starts_with(&long) {
        long
    } else {
        quote.to_string()
    };
    let mut at = end.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(&end) {
            return at + end.len();
        }
        let mut letters = rest.chars();
        at += match letters.next() {
            Some('\\') => 1 + letters.next().map_or(0, char::len_utf8),
            Some(letter) => letter.len_utf8(),
            None => 0,
        };
    }
    text.len()
}

/// How long an IRI in angle brackets is; a bracket that begins none is passed over alone.
fn iri(text: &str) -> usize {
    let end = text.find(|c: char| c == '>' || c.is_whitespace());
    match end.map(|end| (end, text.get(end..))) {
        Some((end, Some(rest))) if rest.starts_with('>') => end + 1,
        _ => 1,
    }
}

/// The text without a byte order mark, blanks, and comments of Turtle and of OBO at its beginning.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(comment) = rest.strip_prefix(['#', '!']) {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    rest
}

/// Whether `<` begins an IRI of Turtle rather than a tag of XML.
fn is_iri(text: &str) -> bool {
    let inside = text.trim_start_matches('<');
    let end = inside.find(|c: char| c == '>' || c.is_whitespace());
    let word = inside
        .get(..end.unwrap_or(inside.len()))
        .unwrap_or_default();
    word.is_empty() || word.starts_with('#') || word.contains("://") || word.starts_with("urn:")
}

/// The local name of the first element of an XML document.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.get(rest.find('<')? + 1..)?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with("!DOCTYPE") {
            // An internal subset ends with `]>`.
            let plain = rest.find('>')?;
            let end = match rest.find('[') {
                Some(open) if open < plain => rest.find("]>")? + 2,
                _ => plain + 1,
            };
            rest = rest.get(end..)?;
        } else if !rest.starts_with(['?', '!']) {
            let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
            let name = rest.get(..end)?;
            return Some(name.rsplit_once(':').map_or(name, |(_, local)| local));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_it_or_the_content() {
        let xml =
            "<?xml version=\"1.0\"?>\n<!-- <a> -->\n<!DOCTYPE rdf:RDF [ <!ENTITY a \"b>\"> ]>\n";
        let rdf = format!("{xml}<rdf:RDF xmlns:rdf=\"x\">");
        let owx = format!("{xml}<Ontology xmlns=\"x\">");
        let rows = [
            ("a.ttl", "", Ok("ttl")),
            ("a.N3", "", Ok("ttl")),
            (
                "a.n3",
                "# {\n<http://a/{b}=> <b> \"{ => }\", '''{'=>''', a\\=b .",
                Ok("ttl"),
            ),
            (
                "a.n3",
                "@prefix : <a#> .\n{ ?x :a ?y } => { ?y :b ?x } .",
                Err("line 2: rules and formulas of Notation 3 are not read; `eye --nope"),
            ),
            ("a.n3", "<a> = <b> .", Err("line 1: rules and equations")),
            ("a.n3", "@forAll <#x> .", Err("quantified variables")),
            ("a.nt", "", Ok("nt")),
            ("a.nq", "", Ok("nq")),
            ("a.trig", "", Ok("trig")),
            ("a.jsonld", "", Ok("jsonld")),
            ("a.owl", rdf.as_str(), Ok("rdf")),
            ("a.rdf", "<skos:Concept xmlns:skos='s'/>", Ok("rdf")),
            (
                "a.owl",
                "\u{feff}# made by hand\n@prefix a: <b> .",
                Ok("ttl"),
            ),
            (
                "a.owl",
                "<http://a.example/> a <http://b.example/> .",
                Ok("ttl"),
            ),
            ("a.owl", "<> a <#b> .", Ok("ttl")),
            ("a.owl", "{ \"@id\": \"a\" }", Ok("jsonld")),
            (
                "a.owl",
                owx.as_str(),
                Err("OWL/XML is not read; `robot convert --input a.owl"),
            ),
            ("a.owx", "<Ontology/>", Err("OWL/XML")),
            ("a.ofn", "Prefix(:=<b>)", Err("OWL functional syntax")),
            ("a.omn", "# c\nPrefix: a: <b>", Err("Manchester syntax")),
            ("a.obo", "format-version: 1.2", Err("OBO is not read")),
            ("a.owl", "<!doctype html><html><body>", Err("HTML")),
            ("a.ttl.gz", "", Err("unpack it first")),
            ("a.pdf", "", Err("no kind of RDF")),
            ("a.csv", "", Err("tables are not read")),
        ];
        for (name, text, expected) in rows {
            match (of(name, text.as_bytes()), expected) {
                (Ok(format), Ok(ending)) => {
                    assert_eq!(format.file_extension(), ending, "{name}: {text}")
                }
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{name}: {error}");
                }
                (found, _) => panic!("{name}: {text}: {found:?}"),
            }
        }
    }
}
