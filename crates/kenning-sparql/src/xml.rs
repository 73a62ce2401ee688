//! What XML cannot hold, and RDF/XML.
//!
//! XML 1.0 has no way to write most control characters, not even escaped, and whoever reads it takes a carriage return for a line feed. RDF/XML besides
//! needs a property whose IRI ends in a name. The libraries write such things as they come, and the document is then no XML, or says something
//! else than the data. Here it is an error instead.

use std::collections::BTreeMap;
use std::io::{self, Write};

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{
    BaseDirection, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, TermRef, TripleRef,
};

use crate::write::Inexpressible;

/// Passes XML on, with carriage returns escaped.
pub(crate) struct XmlText<W> {
    out: W,
    /// How many bytes of U+FFFE or U+FFFF have come.
    noncharacter: u8,
}

impl<W: Write> XmlText<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            noncharacter: 0,
        }
    }
}

impl<W: Write> Write for XmlText<W> {
    /// Writes all of it, or fails.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut done = 0;
        for (at, byte) in bytes.iter().enumerate() {
            self.noncharacter = match (self.noncharacter, byte) {
                (_, 0xef) => 1,
                (1, 0xbf) => 2,
                (2, 0xbe | 0xbf) => {
                    return Err(Inexpressible::new(
                        "XML cannot hold the characters U+FFFE and U+FFFF",
                    )
                    .into());
                }
                _ => 0,
            };
            match byte {
                b'\r' => {
                    self.out
                        .write_all(bytes.get(done..at).unwrap_or_default())?;
                    self.out.write_all(b"&#xD;")?;
                    done = at + 1;
                }
                b'\t' | b'\n' => {}
                0..=0x1f => {
                    let why = format!("XML cannot hold the character U+{byte:04X}");
                    return Err(Inexpressible::new(why).into());
                }
                _ => {}
            }
        }
        self.out.write_all(bytes.get(done..).unwrap_or_default())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Where initial text direction is said.
const ITS: &str = "http://www.w3.org/2005/11/its";

/// What cannot be the name of a property element (RDF 1.1 XML Syntax, section 6.1.4).
const RESERVED: [&str; 11] = [
    "Description",
    "RDF",
    "ID",
    "about",
    "parseType",
    "resource",
    "nodeID",
    "datatype",
    "li",
    "bagID",
    "aboutEach",
];

/// Writes triples as RDF/XML, those of one subject that follow each other in one element.
pub(crate) struct RdfXml<W: Write> {
    out: XmlText<W>,
    /// Prefixes by what they stand for.
    prefixes: BTreeMap<String, String>,
    subject: Option<NamedOrBlankNode>,
    begun: bool,
}

impl<W: Write> RdfXml<W> {
    pub(crate) fn new(out: W, prefixes: &[(String, String)]) -> Self {
        let ours = [("rdf", rdf_namespace()), ("its", ITS)];
        let given = prefixes
            .iter()
            .filter(|(prefix, _)| is_name(prefix) && !prefix.starts_with("xml"))
            .map(|(prefix, namespace)| (prefix.as_str(), namespace.as_str()));
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for (prefix, namespace) in ours.into_iter().chain(given) {
            if !known.values().any(|other| other == prefix) {
                known
                    .entry(namespace.into())
                    .or_insert_with(|| prefix.into());
            }
        }
        Self {
            out: XmlText::new(out),
            prefixes: known,
            subject: None,
            begun: false,
        }
    }

    pub(crate) fn triple(&mut self, triple: TripleRef<'_>) -> io::Result<()> {
        self.begin()?;
        if self.subject.as_ref().map(NamedOrBlankNode::as_ref) != Some(triple.subject) {
            self.close()?;
            self.out.write_all(b"\t")?;
            self.open(triple.subject)?;
            self.subject = Some(triple.subject.into_owned());
        }
        self.property(triple.predicate, triple.object, 2)
    }

    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.begin()?;
        self.close()?;
        self.out.write_all(b"</rdf:RDF>\n")?;
        Ok(self.out.out)
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.out
                .write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF")?;
            for (namespace, prefix) in &self.prefixes {
                write!(self.out, " xmlns:{prefix}=\"{}\"", escaped(namespace))?;
            }
            self.out.write_all(b">\n")?;
        }
        Ok(())
    }

    fn open(&mut self, subject: NamedOrBlankNodeRef<'_>) -> io::Result<()> {
        match subject {
            NamedOrBlankNodeRef::NamedNode(node) => {
                writeln!(
                    self.out,
                    "<rdf:Description rdf:about=\"{}\">",
                    escaped(node.as_str())
                )
            }
            NamedOrBlankNodeRef::BlankNode(node) => {
                writeln!(
                    self.out,
                    "<rdf:Description rdf:nodeID=\"{}\">",
                    node_id(node.as_str())
                )
            }
        }
    }

    fn close(&mut self) -> io::Result<()> {
        match self.subject.take() {
            Some(_) => self.out.write_all(b"\t</rdf:Description>\n"),
            None => Ok(()),
        }
    }

    fn property(
        &mut self,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
        depth: usize,
    ) -> io::Result<()> {
        let (namespace, local) = split(predicate.as_str());
        let reserved = namespace == rdf_namespace() && RESERVED.contains(&local);
        if local.is_empty() || reserved || namespace == "http://www.w3.org/2000/xmlns/" {
            let why = format!(
                "RDF/XML has no way to write the property `{}`",
                predicate.as_str()
            );
            return Err(Inexpressible::new(why).into());
        }
        let indent = "\t".repeat(depth);
        let (name, declared) = match self.prefixes.get(namespace) {
            Some(prefix) => (format!("{prefix}:{local}"), String::new()),
            None => (
                local.to_owned(),
                format!(" xmlns=\"{}\"", escaped(namespace)),
            ),
        };
        write!(self.out, "{indent}<{name}{declared}")?;
        match object {
            TermRef::NamedNode(node) => {
                writeln!(self.out, " rdf:resource=\"{}\"/>", escaped(node.as_str()))
            }
            TermRef::BlankNode(node) => {
                writeln!(self.out, " rdf:nodeID=\"{}\"/>", node_id(node.as_str()))
            }
            TermRef::Literal(literal) => {
                if let Some(language) = literal.language() {
                    write!(self.out, " xml:lang=\"{}\"", escaped(language))?;
                } else if literal.datatype() != xsd::STRING {
                    let datatype = escaped(literal.datatype().as_str());
                    write!(self.out, " rdf:datatype=\"{datatype}\"")?;
                }
                if let Some(direction) = literal.direction() {
                    let direction = match direction {
                        BaseDirection::Ltr => "ltr",
                        BaseDirection::Rtl => "rtl",
                    };
                    write!(
                        self.out,
                        " rdf:version=\"1.2-basic\" its:version=\"2.0\" its:dir=\"{direction}\""
                    )?;
                }
                writeln!(self.out, ">{}</{name}>", escaped(literal.value()))
            }
            TermRef::Triple(triple) => {
                write!(
                    self.out,
                    " rdf:version=\"1.2\" rdf:parseType=\"Triple\">\n{indent}\t"
                )?;
                self.open(triple.subject.as_ref())?;
                self.property(triple.predicate.as_ref(), triple.object.as_ref(), depth + 2)?;
                writeln!(self.out, "{indent}\t</rdf:Description>\n{indent}</{name}>")
            }
        }
    }
}

fn rdf_namespace() -> &'static str {
    rdf::TYPE.as_str().strip_suffix("type").unwrap_or_default()
}

/// Text for elements and attributes in quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The label of a blank node as a name.
fn node_id(label: &str) -> String {
    match is_name(label) && !label.starts_with("_.") {
        true => label.to_owned(),
        false => format!("_.{}", label.replace(':', "_.")),
    }
}

/// Splits an IRI before the longest name that it ends in.
fn split(iri: &str) -> (&str, &str) {
    let run = iri
        .char_indices()
        .rev()
        .find(|(_, c)| !continues(*c))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let tail = iri.get(run..).unwrap_or_default();
    let begin = tail.find(starts).map_or(iri.len(), |at| run + at);
    iri.split_at_checked(begin).unwrap_or((iri, ""))
}

fn is_name(text: &str) -> bool {
    text.starts_with(starts) && text.chars().all(continues)
}

/// Whether a name may begin with it (Namespaces in XML 1.0, `NCName`).
fn starts(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn continues(c: char) -> bool {
    starts(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_is_split_before_a_name() {
        let rows = [
            ("http://ex/p", ("http://ex/", "p")),
            ("http://ex/1p", ("http://ex/1", "p")),
            ("http://ex/p-1.x", ("http://ex/", "p-1.x")),
            ("http://ex/123", ("http://ex/123", "")),
            ("http://ex/", ("http://ex/", "")),
            ("urn:a:b", ("urn:a:", "b")),
            ("http://ex/é", ("http://ex/", "é")),
        ];
        for (iri, parts) in rows {
            assert_eq!(split(iri), parts, "{iri}");
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_an_error() {
        let through = |text: &str| {
            let mut out = XmlText::new(Vec::new());
            // Byte by byte: a character may come in pieces.
            for byte in text.bytes() {
                out.write_all(&[byte])?;
            }
            Ok::<_, io::Error>(String::from_utf8(out.out).unwrap())
        };
        assert_eq!(
            through("a\tb\nc\rd\u{ffef}\u{ffbd}").unwrap(),
            "a\tb\nc&#xD;d\u{ffef}\u{ffbd}"
        );
        for text in ["\u{1}", "\u{b}", "\0", "\u{fffe}", "\u{ffff}"] {
            assert!(through(text).is_err(), "{text:?}");
        }
    }
}
