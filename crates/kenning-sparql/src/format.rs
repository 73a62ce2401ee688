//! Formats of answers, with the names the world knows them by.

use oxrdfio::{JsonLdProfileSet, RdfFormat};
use sparesults::QueryResultsFormat;

use crate::Form;

/// A format for solutions and truth values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultsFormat {
    /// SPARQL 1.1 Query Results JSON Format.
    Json,
    /// SPARQL Query Results XML Format.
    Xml,
    /// SPARQL 1.1 Query Results CSV Format.
    Csv,
    /// SPARQL 1.1 Query Results TSV Format.
    Tsv,
}

/// A format for graphs and datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphFormat {
    /// RDF Turtle.
    Turtle,
    /// RDF N-Triples.
    NTriples,
    /// RDF/XML.
    RdfXml,
    /// JSON-LD 1.1.
    JsonLd,
    /// RDF TriG.
    TriG,
    /// RDF N-Quads.
    NQuads,
}

/// The format of an answer: one for solutions and truth values, or one for graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerFormat {
    /// For SELECT and ASK.
    Results(ResultsFormat),
    /// For CONSTRUCT and DESCRIBE.
    Graph(GraphFormat),
}

impl ResultsFormat {
    /// All of them, the one to prefer first.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Xml, Self::Csv, Self::Tsv];

    /// The media type to answer with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/sparql-results+json",
            Self::Xml => "application/sparql-results+xml",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Tsv => "text/tab-separated-values; charset=utf-8",
        }
    }

    /// Media types, without parameters, that an asker may use for it; the registered one first.
    #[must_use]
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Json => &[
                "application/sparql-results+json",
                "application/json",
                "text/json",
            ],
            Self::Xml => &[
                "application/sparql-results+xml",
                "application/xml",
                "text/xml",
            ],
            Self::Csv => &["text/csv"],
            Self::Tsv => &["text/tab-separated-values", "text/tsv"],
        }
    }

    /// Short names, as used for file endings and for `--format` and `format=`; the usual one first.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Json => &["json", "srj"],
            Self::Xml => &["xml", "srx"],
            Self::Csv => &["csv"],
            Self::Tsv => &["tsv"],
        }
    }

    pub(crate) const fn engine(self) -> QueryResultsFormat {
        match self {
            Self::Json => QueryResultsFormat::Json,
            Self::Xml => QueryResultsFormat::Xml,
            Self::Csv => QueryResultsFormat::Csv,
            Self::Tsv => QueryResultsFormat::Tsv,
        }
    }
}

impl GraphFormat {
    /// All of them, the one to prefer first.
    pub const ALL: &'static [Self] = &[
        Self::Turtle,
        Self::NTriples,
        Self::RdfXml,
        Self::JsonLd,
        Self::TriG,
        Self::NQuads,
    ];

    /// The media type to answer with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle; charset=utf-8",
            Self::NTriples => "application/n-triples",
            Self::RdfXml => "application/rdf+xml",
            Self::JsonLd => "application/ld+json",
            Self::TriG => "application/trig",
            Self::NQuads => "application/n-quads",
        }
    }

    /// Media types, without parameters, that an asker may use for it; the registered one first.
    #[must_use]
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Turtle => &["text/turtle", "application/turtle", "application/x-turtle"],
            Self::NTriples => &["application/n-triples", "text/plain"],
            Self::RdfXml => &["application/rdf+xml", "application/xml", "text/xml"],
            Self::JsonLd => &["application/ld+json", "application/json"],
            Self::TriG => &["application/trig", "application/x-trig"],
            Self::NQuads => &["application/n-quads", "text/x-nquads", "text/nquads"],
        }
    }

    /// Short names, as used for file endings and for `--format` and `format=`; the usual one first.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Turtle => &["turtle", "ttl"],
            Self::NTriples => &["ntriples", "nt"],
            Self::RdfXml => &["rdfxml", "rdf", "xml", "owl"],
            Self::JsonLd => &["jsonld", "json"],
            Self::TriG => &["trig"],
            Self::NQuads => &["nquads", "nq"],
        }
    }

    /// Whether it can carry graph names.
    #[must_use]
    pub const fn holds_datasets(self) -> bool {
        matches!(self, Self::JsonLd | Self::TriG | Self::NQuads)
    }

    /// The parser's and serialiser's own value for it, for the crates that read and write files.
    #[must_use]
    pub fn rdf_format(self) -> RdfFormat {
        match self {
            Self::Turtle => RdfFormat::Turtle,
            Self::NTriples => RdfFormat::NTriples,
            Self::RdfXml => RdfFormat::RdfXml,
            Self::JsonLd => RdfFormat::JsonLd {
                profile: JsonLdProfileSet::empty(),
            },
            Self::TriG => RdfFormat::TriG,
            Self::NQuads => RdfFormat::NQuads,
        }
    }

    /// The format an asker means by a media type (parameters are ignored) or by a short name or file ending.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = bare(name);
        Self::ALL
            .iter()
            .copied()
            .find(|format| matches(&name, format.media_types(), format.names()))
    }
}

impl AnswerFormat {
    /// What an answer of this form can be written in, the one to prefer first.
    #[must_use]
    pub fn offers(form: Form) -> Vec<Self> {
        match form {
            Form::Select | Form::Ask => ResultsFormat::ALL
                .iter()
                .copied()
                .map(Self::Results)
                .collect(),
            Form::Construct | Form::Describe => {
                GraphFormat::ALL.iter().copied().map(Self::Graph).collect()
            }
        }
    }

    /// What an asker gets who has no wish: JSON for solutions, Turtle for graphs.
    #[must_use]
    pub const fn usual(form: Form) -> Self {
        match form {
            Form::Select | Form::Ask => Self::Results(ResultsFormat::Json),
            Form::Construct | Form::Describe => Self::Graph(GraphFormat::Turtle),
        }
    }

    /// The format an asker means by a media type or a short name, for an answer of this form.
    ///
    /// `application/xml` and `json` mean something else for solutions than for graphs, hence the form.
    #[must_use]
    pub fn named(name: &str, form: Form) -> Option<Self> {
        let name = bare(name);
        Self::offers(form)
            .into_iter()
            .find(|format| matches(&name, format.media_types(), format.names()))
    }

    /// Whether an answer of this form can be written in it.
    #[must_use]
    pub const fn fits(self, form: Form) -> bool {
        matches!(
            (self, form),
            (Self::Results(_), Form::Select | Form::Ask)
                | (Self::Graph(_), Form::Construct | Form::Describe)
        )
    }

    /// The media type to answer with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Results(format) => format.media_type(),
            Self::Graph(format) => format.media_type(),
        }
    }

    /// Media types, without parameters, that an asker may use for it.
    #[must_use]
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Results(format) => format.media_types(),
            Self::Graph(format) => format.media_types(),
        }
    }

    /// Short names, as used for file endings and for `--format` and `format=`; the usual one first.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Results(format) => format.names(),
            Self::Graph(format) => format.names(),
        }
    }
}

fn bare(name: &str) -> String {
    name.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .trim_start_matches('.')
        .to_ascii_lowercase()
}

fn matches(name: &str, media_types: &[&str], names: &[&str]) -> bool {
    media_types.contains(&name) || names.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_what_fits_the_form() {
        assert_eq!(
            AnswerFormat::named("json", Form::Select),
            Some(AnswerFormat::Results(ResultsFormat::Json))
        );
        assert_eq!(
            AnswerFormat::named("json", Form::Construct),
            Some(AnswerFormat::Graph(GraphFormat::JsonLd))
        );
        assert_eq!(
            AnswerFormat::named("Text/CSV; header=present", Form::Ask),
            Some(AnswerFormat::Results(ResultsFormat::Csv))
        );
        assert_eq!(AnswerFormat::named("text/turtle", Form::Select), None);
        assert_eq!(GraphFormat::named(".ttl"), Some(GraphFormat::Turtle));
    }

    #[test]
    fn no_two_formats_of_one_form_share_a_name() {
        for form in [Form::Select, Form::Construct] {
            let offers = AnswerFormat::offers(form);
            for format in &offers {
                for name in format.names().iter().chain(format.media_types()) {
                    assert_eq!(AnswerFormat::named(name, form), Some(*format), "{name}");
                }
            }
        }
    }
}
