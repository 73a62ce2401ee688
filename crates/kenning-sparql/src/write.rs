//! Writing graphs, in every format, and saying what a format cannot hold.

use std::io::{self, Write};

use oxrdf::{QuadRef, TermRef, TripleRef};
use oxrdfio::{RdfSerializer, WriterQuadSerializer};

use crate::GraphFormat;
use crate::xml::RdfXml;

/// What a format cannot hold although the data does. It travels inside an [`io::Error`], as writers give those.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; ask for another format")]
pub struct Inexpressible(String);

impl Inexpressible {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// What `error` holds of this kind.
    #[must_use]
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Inexpressible> for io::Error {
    fn from(why: Inexpressible) -> Self {
        Self::new(io::ErrorKind::InvalidInput, why)
    }
}

/// Writes triples and quads as they come.
pub struct GraphWriter<W: Write>(Inner<W>);

enum Inner<W: Write> {
    RdfXml(RdfXml<W>),
    JsonLd(WriterQuadSerializer<W>),
    Other(WriterQuadSerializer<W>),
}

impl<W: Write> std::fmt::Debug for GraphWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphWriter").finish_non_exhaustive()
    }
}

impl<W: Write> GraphWriter<W> {
    /// A writer in `format` to `out`, with prefixes (prefix, namespace) where the format has such. A pair that cannot be one is left out.
    pub fn new<'a>(
        format: GraphFormat,
        prefixes: impl IntoIterator<Item = (&'a str, &'a str)>,
        out: W,
    ) -> Self {
        let prefixes = prefixes.into_iter();
        if format == GraphFormat::RdfXml {
            let owned: Vec<(String, String)> = prefixes
                .map(|(prefix, namespace)| (prefix.to_owned(), namespace.to_owned()))
                .collect();
            return Self(Inner::RdfXml(RdfXml::new(out, &owned)));
        }
        let mut serializer = RdfSerializer::from_format(format.rdf_format());
        for (prefix, namespace) in prefixes {
            serializer = match serializer.clone().with_prefix(prefix, namespace) {
                Ok(with) => with,
                Err(_) => serializer,
            };
        }
        let writer = serializer.for_writer(out);
        Self(match format {
            GraphFormat::JsonLd => Inner::JsonLd(writer),
            _ => Inner::Other(writer),
        })
    }

    /// Writes a triple.
    ///
    /// # Errors
    /// When the writer below fails, or with an [`Inexpressible`] inside.
    pub fn triple<'a>(&mut self, triple: impl Into<TripleRef<'a>>) -> io::Result<()> {
        let triple = triple.into();
        match &mut self.0 {
            Inner::RdfXml(writer) => writer.triple(triple),
            Inner::JsonLd(writer) => {
                fits_json(triple.object)?;
                writer.serialize_triple(triple)
            }
            Inner::Other(writer) => writer.serialize_triple(triple),
        }
    }

    /// Writes a quad. A format that holds one graph takes those of the default graph.
    ///
    /// # Errors
    /// When the writer below fails, or with an [`Inexpressible`] inside.
    pub fn quad<'a>(&mut self, quad: impl Into<QuadRef<'a>>) -> io::Result<()> {
        let quad = quad.into();
        match &mut self.0 {
            Inner::RdfXml(writer) if quad.graph_name.is_default_graph() => {
                writer.triple(quad.into())
            }
            Inner::RdfXml(_) => Err(Inexpressible::new("RDF/XML holds one graph").into()),
            Inner::JsonLd(writer) => {
                fits_json(quad.object)?;
                writer.serialize_quad(quad)
            }
            Inner::Other(writer) => writer.serialize_quad(quad),
        }
    }

    /// Writes what is left to write, and gives the writer below back.
    ///
    /// # Errors
    /// When the writer below fails.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Inner::RdfXml(writer) => writer.finish(),
            Inner::JsonLd(writer) | Inner::Other(writer) => writer.finish(),
        }
    }
}

fn fits_json(object: TermRef<'_>) -> io::Result<()> {
    match object {
        TermRef::Triple(_) => Err(Inexpressible::new("JSON-LD 1.1 has no triple terms").into()),
        _ => Ok(()),
    }
}
