//! What is read quickly is what the parsers read.

use super::super::cut::Kind;
use super::super::parse::{Context, Document, Parsed};
use super::read;
use crate::dictionary::{Dictionary, Growing};
use crate::{LoadError, TermId};
use hashbrown::DefaultHashBuilder;
use oxrdfio::RdfFormat;
use std::collections::BTreeSet;

fn document(format: RdfFormat, base: Option<&str>) -> Document {
    Document {
        number: 0,
        name: "text".to_owned(),
        format,
        base: base.map(str::to_owned),
        apart: "x".to_owned(),
    }
}

/// The quads of batches, as text.
fn quads(batches: &[Parsed], hasher: &DefaultHashBuilder) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for parsed in batches {
        let empty = Dictionary {
            segments: Vec::new(),
            hasher: hasher.clone(),
        };
        let mut terms = Growing::new(&empty);
        let map = parsed.terms.copy_to(&mut terms).unwrap();
        let terms = terms.finish();
        let name = |local: u32| match map.get(local as usize) {
            Some(id) => terms.term(TermId(*id)).unwrap().to_string(),
            None => String::new(),
        };
        out.extend(parsed.quads.iter().map(|quad| quad.map(name).join(" ")));
    }
    out
}

/// The quads of a text, and the context after it.
type Quick = (BTreeSet<String>, Context);

/// What both ways make of a text: nothing for what is refused or, in the quick way, in doubt.
fn both(document: &Document, text: &str) -> (Option<Quick>, Option<BTreeSet<String>>) {
    let hasher = DefaultHashBuilder::default();
    let start = document.context();
    let quick = read(document, text.as_bytes(), &start, &hasher).map(|(parsed, end)| {
        let end = end.unwrap_or_else(|| start.clone());
        (quads(&[parsed], &hasher), end)
    });
    let mut batches = Vec::new();
    let mistakes: Vec<LoadError> =
        document.whole(text.as_bytes(), &start, &hasher, 9, &mut |parsed| {
            batches.push(parsed);
            true
        });
    let slow = mistakes.is_empty().then(|| quads(&batches, &hasher));
    (quick, slow)
}

const PREFIXES: &str = "@prefix ex: <http://example.org/> . PREFIX : <http://example.org/#>\n";

/// Statements that both read, that only the parsers read, and that nobody reads. What stands here is put between other
/// statements, and cut and joined at every place.
const TERSE: &[&str] = &[
    "ex:a a ex:B , <http://example.org/C> ; ex:p \"text\" , \"x\\ty\\u00e9\\\"\"@en-GB ;; ex:q 5 , -1.50, +2 ; .",
    "_:b ex:p _:b , _:c1.\n:x :y true, false. ex:a.b ex:p-q \"5\"^^ex:d, \"\"\"two\n\"lines\" \\n\"\"\" .",
    "<http://example.org/a> <http://example.org/b> <http://example.org/c> . # a comment\n",
    "ex:a ex:b \"\" , \"\"@de, 'single', '''long''' .",
    "ex:a ex:b [ ex:c ex:d ] , ( ex:e 1 ) .",
    "ex:a ex:b 1e5 , .5 , 5.e1, 5. ",
    "ex:a ex:b 1.5.\nex:a ex:b true.\nex:a ex:b ex:c..",
    "ex:a ex:b ex:c:d , ex:%41 , ex:a\\'b , ex:é , ex: , : .",
    "ex:a\\/b ex:c\\.d\\- ex:e\\-. ex:\\~a ex:a.b\\/.c ex:c\\.. ",
    "ex:a ex:b ex:c\\x . ex:a ex:-\\-b ex:c .",
    "ex:a ex:b \"x\"^^<http://www.w3.org/2001/XMLSchema#string> , \"y\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .",
    "ex:a ex:b \"x\"@en--ltr , \"y\"@toolonglanguage .",
    "ex:a ex:b <relative> , <http://example.org/a/../b> .",
    "@prefix ex: <http://example.org/other#> . ex:a ex:b ex:c .",
    "@base <http://example.org/base/> . <http://a.example/x> a <y> .",
    "BASE <http://example.org/base/> <http://a.example/x> a <http://a.example/./y> .",
    "PREFIX no: <relative> no:a no:b no:c .",
    "@PREFIX up: <http://example.org/> .",
    "@prefix .x: <http://example.org/> .",
    "<< ex:a ex:b ex:c >> ex:d ex:e .",
    "ex:a ex:b <<( ex:a ex:b ex:c )>> {| ex:p ex:q |} .",
    "ex:a ex:b <http://example.org/with space> .",
    "ex:a ex:b \"line\nbreak\" .",
    "ex:a ex:b \"bad \\x\" .",
    "ex:a ex:b \"\\uD800\" .",
    "ex:a ex:b ex:c ; .",
    "ex:a ex:b ex:c ;",
    "ex:a ex:b ex:c , .",
    "ex:a , ex:b ex:c .",
    "_:-x ex:b _:x.y . _:a:b ex:c ex:d .",
    "unknown:a ex:b ex:c .",
    "ex:a ex:b truest , true.x .",
    "ex:a ex:b 5ex:c .",
    "ex:a a<http://example.org/b> .",
    "ex:g { ex:a ex:b ex:c . ex:d ex:e ex:f }\n",
    "GRAPH <http://example.org/g> { _:a ex:b 1 ; }",
    "{ ex:a ex:b ex:c } _:g { ex:a ex:b ex:c }",
    "graph ex:g { ex:a ex:b ex:c",
    "ex:a ex:b ex:c # comment \r ex:d ex:e ex:f .\n .",
    "-ex:a ex:b ex:-c .",
];

const LINES: &[&str] = &[
    "<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\n",
    "<http://example.org/a> <http://example.org/b> \"x\\n\\\"y\\U0001F600\"@en-GB .\r\n",
    "_:a <http://example.org/b> _:a _:g .\n",
    "<http://example.org/a><http://example.org/b>\"5\"^^<http://example.org/d><http://example.org/g>. # comment\n",
    "# only a comment\n\n   \t\n",
    "<http://example.org/a> <http://example.org/b> _:c. \n",
    "_:a.b <http://example.org/b> _:c:d .\n",
    "<relative> <http://example.org/b> <http://example.org/c> .\n",
    "<http://example.org/a> <http://example.org/b> \"a\nb\" .\n",
    "<http://example.org/a> \"b\" <http://example.org/c> .\n",
    "<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> <http://example.org/h> .\n",
    "<http://example.org/a> <http://example.org/b> <http://example.org/\\u00E9> .\n",
    "<http://example.org/a> <http://example.org/b> <<( <http://example.org/a> <http://example.org/b> <http://example.org/c> )>> .\n",
    "<http://example.org/a> <http://example.org/b> \"x\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .\n",
    "<http://example.org/a> <http://example.org/b> \"\"\"x\"\"\" .\n",
    "VERSION \"1.2\"\n",
    "<http://example.org/a> <http://example.org/b> 5 .\n",
    "<http://example.org/a>\n<http://example.org/b> <http://example.org/c> .\n",
    "<http://example.org/a> <http://example.org/b> <http://example.org/c> . <http://example.org/a> <http://example.org/b> <http://example.org/d> .\n",
];

fn compare(document: &Document, text: &str, read: &mut usize) {
    let (quick, slow) = both(document, text);
    let Some((quick, end)) = quick else { return };
    *read += 1;
    assert_eq!(Some(&quick), slow.as_ref(), "{:?}: {text}", document.format);
    // What comes after it is read in the same context.
    if Kind::of(document.format) == Kind::Statements {
        let more = "ex:after :after <http://example.org/after> .";
        let hasher = DefaultHashBuilder::default();
        let after = Document::block(
            document,
            more.as_bytes(),
            &std::sync::Arc::new(end),
            &hasher,
        );
        let (_, both) = both(document, &format!("{text}\n{more}"));
        assert_eq!(after.is_some(), both.is_some(), "{text}");
        if let (Some((after, _)), Some(both)) = (after, both) {
            let all: BTreeSet<String> = quads(&after, &hasher).union(&quick).cloned().collect();
            assert_eq!(all, both, "{text}");
        }
    }
}

#[test]
fn what_is_read_quickly_is_what_the_parsers_read() {
    let mut read = 0;
    let mut tried = 0;
    for base in [None, Some("http://example.org/doc")] {
        for format in [RdfFormat::Turtle, RdfFormat::TriG] {
            let document = document(format, base);
            for one in TERSE {
                for other in TERSE {
                    tried += 1;
                    compare(&document, &format!("{PREFIXES}{one}\n{other}"), &mut read);
                }
            }
        }
        for format in [RdfFormat::NTriples, RdfFormat::NQuads] {
            let document = document(format, base);
            for one in LINES {
                for other in LINES {
                    tried += 1;
                    compare(&document, &format!("{one}{other}"), &mut read);
                }
            }
        }
    }
    // The comparison says something only if much is read quickly.
    assert!(read > 150 && read < tried, "{read} of {tried}");
}

/// Every text is broken in every place: a byte is left out, doubled or replaced.
#[test]
fn broken_texts_are_never_read_as_something_else() {
    let mut read = 0;
    for (format, texts) in [
        (RdfFormat::Turtle, TERSE),
        (RdfFormat::TriG, TERSE),
        (RdfFormat::NQuads, LINES),
    ] {
        let document = document(format, None);
        let before = match format {
            RdfFormat::NQuads => "",
            _ => PREFIXES,
        };
        for text in texts {
            for (at, letter) in text.char_indices() {
                let (start, end) = (&text[..at], &text[at + letter.len_utf8()..]);
                compare(&document, &format!("{before}{start}{end}"), &mut read);
                compare(&document, &format!("{before}{start}"), &mut read);
                for new in [
                    ".", " ", "\"", "\\", "<", ">", ":", "é", "5", "a", ";", "#", "\r",
                ] {
                    compare(&document, &format!("{before}{start}{new}{end}"), &mut read);
                    compare(
                        &document,
                        &format!("{before}{start}{new}{letter}{end}"),
                        &mut read,
                    );
                }
            }
        }
    }
    assert!(read > 2_000, "{read}");
}

/// What serialisers write of ordinary data must not be left to the parsers, which take several times as long.
#[test]
fn ordinary_documents_are_read_quickly() {
    use oxrdf::vocab::xsd;
    use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};
    let node = |text: String| NamedNode::new(format!("http://example.org/id/{text}")).unwrap();
    let mut quads = Vec::new();
    for n in 0..50 {
        let typed =
            |text: &str, datatype| -> Term { Literal::new_typed_literal(text, datatype).into() };
        let objects: [Term; 8] = [
            node(format!("concept/handbook/{n}")).into(),
            Literal::from(format!("A \"text\" in\nlines, {n}\\")).into(),
            Literal::new_language_tagged_literal("Wort", "de-AT")
                .unwrap()
                .into(),
            typed("0.50", xsd::DECIMAL),
            typed("2024-03-01T12:00:00Z", xsd::DATE_TIME),
            typed("7", xsd::INTEGER),
            typed("true", xsd::BOOLEAN),
            oxrdf::BlankNode::new_unchecked(format!("b{n}")).into(),
        ];
        for (place, object) in objects.into_iter().enumerate() {
            quads.push(Quad::new(
                node(format!("note/handbook/{:06}", n % 7)),
                node(format!("about-{place}")),
                object,
                GraphName::DefaultGraph,
            ));
        }
    }
    for format in [RdfFormat::NQuads, RdfFormat::Turtle, RdfFormat::TriG] {
        for prefixed in [false, true] {
            let mut serializer = oxrdfio::RdfSerializer::from_format(format);
            if prefixed {
                for (name, iri) in [
                    ("id", "http://example.org/id/"),
                    ("note", "http://example.org/id/note/handbook/"),
                    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
                ] {
                    serializer = serializer.with_prefix(name, iri).unwrap();
                }
            }
            let mut writer = serializer.for_writer(Vec::new());
            for quad in &quads {
                match format.supports_datasets() {
                    true => writer.serialize_quad(quad.as_ref()).unwrap(),
                    false => writer
                        .serialize_triple(oxrdf::TripleRef::from(quad.as_ref()))
                        .unwrap(),
                }
            }
            let text = String::from_utf8(writer.finish().unwrap()).unwrap();
            let (quick, slow) = both(&document(format, None), &text);
            assert!(quick.is_some(), "left to the parser: {text}");
            assert_eq!(quick.map(|quick| quick.0), slow);
        }
    }
}
