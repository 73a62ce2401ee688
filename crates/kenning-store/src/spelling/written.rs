//! How the tags of a document or a request are written.

use super::{json::Json, terse::Terse, xml::Xml};
use crate::tag;
use oxrdf::{Literal, LiteralRef, Term};
use oxrdfio::RdfFormat;
use rustc_hash::FxHashMap;

/// How the language tags of a text are written, where that is not as BCP 47 recommends.
///
/// The parsers of the RDF family put tags into small letters, so this reads the text once more, and only for tags. It
/// never says that a text is wrong: the parsers do.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// By the tag in small letters.
    tags: FxHashMap<Box<str>, Ways>,
}

#[derive(Debug, Clone, Default)]
struct Ways {
    /// For every literal with this tag, where the format does not tell which is meant.
    any: Option<Box<str>>,
    /// By the texts of literals.
    of: FxHashMap<Box<str>, Box<str>>,
}

impl Written {
    /// What a document says.
    #[must_use]
    pub fn of_document(text: &[u8], format: RdfFormat) -> Self {
        let mut scanner = Scanner::new(format);
        scanner.read(text);
        scanner.finish();
        scanner.into_written()
    }

    /// What a query or an update says.
    #[must_use]
    pub fn of_sparql(text: &str) -> Self {
        Self::of_document(text.as_bytes(), RdfFormat::Turtle)
    }

    /// Whether all tags are written as BCP 47 recommends.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// How the tag of a literal is written, if not as BCP 47 recommends. The case of the literal's own tag means nothing.
    #[must_use]
    pub fn tag(&self, literal: LiteralRef<'_>) -> Option<&str> {
        if self.tags.is_empty() {
            return None;
        }
        let ways = self.tags.get(&*tag::kept(literal.language()?))?;
        let of = ways.of.get(literal.value());
        of.or(ways.any.as_ref()).map(|written| &**written)
    }

    /// A term with its language tags as they are written here, or else as BCP 47 recommends.
    #[must_use]
    pub fn apply(&self, term: Term) -> Term {
        respelled(term, &|literal, small| {
            let written = self.tag(literal.as_ref()).map(str::to_owned);
            Some(written.unwrap_or_else(|| tag::shown(small).into_owned()))
        })
    }

    /// Says how the tag of a literal is written.
    pub fn add(&mut self, text: &str, tag: &str) {
        if let Some(small) = unusual(tag) {
            let ways = self.tags.entry(small.into()).or_default();
            ways.of.entry(text.into()).or_insert_with(|| tag.into());
        }
    }

    /// Says how a tag is written wherever it stands.
    pub(super) fn add_any(&mut self, small: &str, written: &str) {
        let ways = self.tags.entry(small.into()).or_default();
        ways.any.get_or_insert_with(|| written.into());
    }

    /// What another text says as well.
    pub fn extend(&mut self, other: Self) {
        for (small, more) in other.tags {
            let ways = self.tags.entry(small).or_default();
            ways.any = ways.any.take().or(more.any);
            for (text, written) in more.of {
                ways.of.entry(text).or_insert(written);
            }
        }
    }
}

/// A term with the language tag of its literal, or of the literal in its triple term, as `written` gives it for the literal and its
/// tag in small letters; as it was where that gives nothing.
#[must_use]
pub fn respelled(term: Term, written: &dyn Fn(&Literal, &str) -> Option<String>) -> Term {
    match term {
        Term::Literal(literal) => {
            let Some(small) = literal.language().map(tag::kept) else {
                return literal.into();
            };
            let Some(written) = written(&literal, &small) else {
                return literal.into();
            };
            let (text, direction) = (literal.value(), literal.direction());
            match direction {
                None => Literal::new_language_tagged_literal_unchecked(text, written),
                Some(direction) => Literal::new_directional_language_tagged_literal_unchecked(
                    text, written, direction,
                ),
            }
            .into()
        }
        Term::Triple(mut triple) => {
            let object = std::mem::replace(&mut triple.object, Literal::from(false).into());
            triple.object = respelled(object, written);
            triple.into()
        }
        other => other,
    }
}

/// The tag in small letters, if it is not written as BCP 47 recommends.
pub(super) fn unusual(written: &str) -> Option<String> {
    let small = tag::kept(written);
    (tag::shown(&small) != written).then(|| small.into_owned())
}

/// Whether a word may be a language tag.
pub(super) fn is_tag(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphabetic)
        && word
            .split(|byte| *byte == b'-')
            .all(|part| (1..=8).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric))
}

/// Looks for tags in a text that comes piece by piece.
#[derive(Debug)]
pub(crate) enum Scanner {
    Terse(Terse),
    Xml(Xml),
    Json(Json),
}

impl Scanner {
    pub(crate) fn new(format: RdfFormat) -> Self {
        match format {
            RdfFormat::RdfXml => Self::Xml(Xml::default()),
            RdfFormat::JsonLd { .. } => Self::Json(Json::default()),
            _ => Self::Terse(Terse::default()),
        }
    }

    /// Reads a piece of the text.
    pub(crate) fn read(&mut self, text: &[u8]) {
        match self {
            Self::Terse(terse) => text.iter().for_each(|byte| terse.byte(*byte)),
            Self::Xml(xml) => text.iter().for_each(|byte| xml.byte(*byte)),
            Self::Json(json) => text.iter().for_each(|byte| json.byte(*byte)),
        }
    }

    /// Says that the text is over.
    pub(crate) fn finish(&mut self) {
        if let Self::Terse(terse) = self {
            terse.byte(b'\n');
        }
    }

    /// What was found so far.
    pub(crate) fn written(&self) -> &Written {
        match self {
            Self::Terse(terse) => &terse.written,
            Self::Xml(xml) => &xml.written,
            Self::Json(json) => &json.written,
        }
    }

    fn into_written(self) -> Written {
        match self {
            Self::Terse(terse) => terse.written,
            Self::Xml(xml) => xml.written,
            Self::Json(json) => json.written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::Triple;
    use oxrdfio::{JsonLdProfileSet, RdfParser};

    fn found(text: &str, format: RdfFormat) -> Vec<String> {
        fn tags(written: &Written, term: &Term, out: &mut Vec<String>) {
            match term {
                Term::Literal(literal) => out.push(match written.tag(literal.as_ref()) {
                    Some(tag) => format!("{} {tag}", literal.value()),
                    None => format!("{} -", literal.value()),
                }),
                Term::Triple(triple) => tags(written, &triple.object, out),
                _ => {}
            }
        }
        let written = Written::of_document(text.as_bytes(), format);
        let mut out = Vec::new();
        for quad in RdfParser::from_format(format).for_slice(text.as_bytes()) {
            tags(&written, &Triple::from(quad.unwrap()).object, &mut out);
        }
        out
    }

    #[test]
    fn tags_are_found_wherever_they_stand() {
        let turtle = r##"@prefix e: <http://e/#a'b'@EN> . # "x"@EN
            <urn:a> e:p\'q "one"@EN-us, "two"@en-US, 'three'@de-ch , """four "quoted" ""@no """@DE ;
            e:q '''it's''' , "tab\tand \u00e9 \" end"@FR, "none", ""@EN, "five"@EN--ltr, "1"^^e:x , "six" @EN .
            <urn:a> e:p <<( <urn:a> e:p "seven"@zh-hant )>> ."##;
        let wanted = [
            "one EN-us",
            "two -",
            "three de-ch",
            "four \"quoted\" \"\"@no  DE",
            "it's -",
            "tab\tand \u{e9} \" end FR",
            "none -",
            " EN",
            "five EN",
            "1 -",
            "six EN",
            "seven zh-hant",
        ];
        assert_eq!(found(turtle, RdfFormat::Turtle), wanted);
        let lines =
            "<urn:a> <urn:p> \"x\\\\\"@EN <urn:g> .\n<urn:a> <urn:p> \"y\"@en-gb <urn:g> .\n";
        assert_eq!(found(lines, RdfFormat::NQuads), ["x\\ EN", "y en-gb"]);
    }

    #[test]
    fn markup_and_json_say_it_for_the_whole_document() {
        let xml = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:" xml:lang = 'EN-gb'>
            <rdf:Description rdf:about="urn:a"><e:p>one</e:p><e:p xml:lang="de-CH">two</e:p><e:p xml:lang="fr-ca">three</e:p>
            <e:p xml:lang="es">xml:lang</e:p></rdf:Description></rdf:RDF>"#;
        let wanted = ["one EN-gb", "two -", "three fr-ca", "xml:lang -"];
        assert_eq!(found(xml, RdfFormat::RdfXml), wanted);
        let json = r#"{"@context":{"p":"urn:p","q":{"@id":"urn:q","@container":"@language"},"code":"urn:c"},
            "@id":"urn:a","code":"DE","p":[{"@value":"one","@language" : "EN-us"},{"@value":"two","@language":"de"}],
            "q":{"pt-br":"three","fr":"four \" EN"}}"#;
        let format = RdfFormat::JsonLd {
            profile: JsonLdProfileSet::empty(),
        };
        let mut found = found(json, format);
        found.sort();
        assert_eq!(
            found,
            ["DE -", "four \" EN -", "one EN-us", "three pt-br", "two -"]
        );
    }

    #[test]
    fn requests_have_operators_that_look_like_iris() {
        let text = "INSERT { ?a <urn:p> \"x\"@EN } WHERE { ?a ?b ?c FILTER(?c<\"y\"@DE && ?c > 'z'@fr-fr) }";
        let written = Written::of_sparql(text);
        let tag = |text: &str, tag: &str| {
            let literal = Literal::new_language_tagged_literal_unchecked(text, tag);
            written.tag(literal.as_ref()).map(str::to_owned)
        };
        assert_eq!(tag("x", "en").as_deref(), Some("EN"));
        assert_eq!(tag("y", "de").as_deref(), Some("DE"));
        assert_eq!(tag("z", "FR-FR").as_deref(), Some("fr-fr"));
        assert_eq!(tag("q", "en"), None);
        assert_eq!(Written::of_sparql("\"x\"@en-GB").tags.len(), 0);
    }
}
