//! Where the files of imported ontologies lie: in catalogs of the operator, and in the one that Protégé keeps beside a file.
//!
//! Nothing here asks the network. A catalog is a folder of ontology files, or an XML catalog (OASIS XML Catalogs 1.1,
//! entries `uri`, `rewriteURI`, `uriSuffix` and `nextCatalog`), whose files are found relative to it.

use super::header::{Header, key};
use super::kind;
use anyhow::{Context, Result};
use oxrdf::{NamedNode, NamedOrBlankNode, Term};
use oxrdfio::RdfParser;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The catalog that Protégé writes beside an ontology.
const BESIDE: &str = "catalog-v001.xml";
/// How many statements of a file are read to find out which ontology it is.
const FIRST: usize = 20_000;
/// How deep catalogs may name catalogs, and folders lie in folders.
const DEPTH: usize = 8;

/// Files by the ontologies they hold.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    files: BTreeMap<String, PathBuf>,
    /// Beginnings of names, and the folders that stand for them.
    rewrites: Vec<(String, PathBuf)>,
    /// Ends of names, and the file that stands for them.
    suffixes: Vec<(String, PathBuf)>,
}

impl Catalog {
    /// Takes in a catalog file, or every ontology in a folder. What came first wins.
    ///
    /// # Errors
    /// When it cannot be read, or is no catalog.
    pub(crate) fn add(&mut self, path: &Path) -> Result<()> {
        if path.is_dir() {
            return self.folder(path, 0);
        }
        self.file(path, 0)
    }

    /// Takes in the catalog beside a file, if there is one.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub(crate) fn add_beside(&mut self, file: &Path) -> Result<()> {
        let beside = file.with_file_name(BESIDE);
        if beside.is_file() {
            return self.file(&beside, 0);
        }
        Ok(())
    }

    /// The file that holds the ontology of this name.
    pub(crate) fn find(&self, name: &NamedNode) -> Option<PathBuf> {
        let name = key(name.as_str());
        if let Some(path) = self.files.get(name) {
            return Some(path.clone());
        }
        let longest = self
            .rewrites
            .iter()
            .filter(|(start, _)| name.starts_with(start.as_str()))
            .max_by_key(|(start, _)| start.len());
        let rewritten = longest.and_then(|(start, folder)| {
            let path = folder.join(name.get(start.len()..)?.trim_start_matches('/'));
            path.is_file().then_some(path)
        });
        let by_suffix = || {
            let longest = self
                .suffixes
                .iter()
                .filter(|(end, _)| name.ends_with(end.as_str()))
                .max_by_key(|(end, _)| end.len());
            longest.map(|(_, path)| path.clone())
        };
        rewritten.or_else(by_suffix)
    }

    fn folder(&mut self, folder: &Path, depth: usize) -> Result<()> {
        let entries = std::fs::read_dir(folder)
            .with_context(|| format!("cannot read the catalog `{}`", folder.display()))?;
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<_>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() && !path.is_symlink() && depth < DEPTH {
                self.folder(&path, depth + 1)?;
            } else if path.is_file()
                && let Some(header) = header_of(&path)
            {
                for name in header.names() {
                    self.files.entry(name.to_owned()).or_insert(path.clone());
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, depth: usize) -> Result<()> {
        let shown = || format!("cannot read the catalog `{}`", path.display());
        let text = std::fs::read_to_string(path).with_context(shown)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut reader = Reader::from_str(&text);
        // `xml:base` of the elements that are open.
        let mut bases = vec![folder.to_owned()];
        loop {
            match reader.read_event().with_context(shown)? {
                Event::Start(element) => {
                    let base = self.entry(&element, bases.last(), depth)?;
                    bases.push(base);
                }
                Event::Empty(element) => {
                    self.entry(&element, bases.last(), depth)?;
                }
                Event::End(_) => {
                    bases.pop();
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Takes in one element, and returns the folder that what it holds is relative to.
    fn entry(
        &mut self,
        element: &BytesStart<'_>,
        base: Option<&PathBuf>,
        depth: usize,
    ) -> Result<PathBuf> {
        let base = base.cloned().unwrap_or_default();
        let base = match attribute(element, b"xml:base")? {
            Some(inner) => resolve(&base, &inner),
            None => base,
        };
        let pair = |name: &[u8], file: &[u8]| -> Result<Option<(String, PathBuf)>> {
            let name = attribute(element, name)?;
            let file = attribute(element, file)?;
            Ok(name
                .zip(file)
                .map(|(name, file)| (name, resolve(&base, &file))))
        };
        match element.local_name().as_ref() {
            b"uri" => {
                if let Some((name, path)) = pair(b"name", b"uri")? {
                    self.files.entry(key(&name).to_owned()).or_insert(path);
                }
            }
            b"rewriteURI" => self
                .rewrites
                .extend(pair(b"uriStartString", b"rewritePrefix")?),
            b"uriSuffix" => self.suffixes.extend(pair(b"uriSuffix", b"uri")?),
            b"nextCatalog" if depth < DEPTH => {
                if let Some(next) = attribute(element, b"catalog")? {
                    self.file(&resolve(&base, &next), depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(base)
    }
}

fn attribute(element: &BytesStart<'_>, name: &[u8]) -> Result<Option<String>> {
    for attribute in element.attributes() {
        let attribute = attribute?;
        if attribute.key.as_ref() == name {
            return Ok(Some(attribute.unescape_value()?.into_owned()));
        }
    }
    Ok(None)
}

/// A place that a catalog names: a path, or a `file:` URL.
fn resolve(folder: &Path, place: &str) -> PathBuf {
    let path = place
        .strip_prefix("file://")
        .or(place.strip_prefix("file:"));
    folder.join(path.unwrap_or(place))
}

/// Which ontology a file holds; nothing for a file that is no RDF or declares none.
fn header_of(path: &Path) -> Option<Header> {
    let bytes = std::fs::read(path).ok()?;
    let format = kind::of(path.to_str()?, &bytes).ok()?;
    let parser = RdfParser::from_format(format)
        .with_base_iri("urn:kenning:catalog")
        .ok()?;
    let statements: Vec<(NamedOrBlankNode, NamedNode, Term)> = parser
        .for_slice(&bytes)
        .map_while(Result::ok)
        .take(FIRST)
        .map(|quad| (quad.subject, quad.predicate, quad.object))
        .collect();
    Header::of(statements.iter().map(|(s, p, o)| (s, p, o)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(catalog: &Catalog, name: &str) -> Option<String> {
        let path = catalog.find(&NamedNode::new_unchecked(name))?;
        Some(path.file_name()?.to_str()?.to_owned())
    }

    #[test]
    fn a_folder_is_known_by_what_its_files_declare() {
        let dir = tempfile::tempdir().unwrap();
        let declare = "<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; <http://www.w3.org/2002/07/owl#versionIRI> <urn:o/1> .";
        std::fs::create_dir(dir.path().join("in")).unwrap();
        std::fs::write(dir.path().join("in/a.ttl"), declare).unwrap();
        std::fs::write(dir.path().join("readme.md"), "no RDF").unwrap();
        let mut catalog = Catalog::default();
        catalog.add(dir.path()).unwrap();
        for name in ["urn:o", "urn:o#", "urn:o/1"] {
            assert_eq!(found(&catalog, name).as_deref(), Some("a.ttl"), "{name}");
        }
        assert_eq!(found(&catalog, "urn:p"), None);
    }

    #[test]
    fn an_xml_catalog_names_files_relative_to_itself() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("more")).unwrap();
        std::fs::write(dir.path().join("more/core.ttl"), "").unwrap();
        let text = "<?xml version=\"1.0\"?><catalog prefer=\"public\" xmlns=\"urn:oasis:names:tc:entity:xmlns:xml:catalog\">
            <uri name=\"http://a.example/a\" uri=\"a.ttl\"/>
            <group xml:base=\"more/\"><uri name=\"http://a.example/b#\" uri=\"b&amp;c.ttl\"/></group>
            <rewriteURI uriStartString=\"http://a.example/more/\" rewritePrefix=\"more/\"/>
            <uriSuffix uriSuffix=\"end.owl\" uri=\"end.ttl\"/></catalog>";
        let path = dir.path().join(BESIDE);
        std::fs::write(&path, text).unwrap();
        let mut catalog = Catalog::default();
        catalog.add_beside(&dir.path().join("mine.ttl")).unwrap();
        let rows = [
            ("http://a.example/a", Some("a.ttl")),
            ("http://a.example/b", Some("b&c.ttl")),
            ("http://a.example/more/core.ttl", Some("core.ttl")),
            ("http://a.example/more/gone.ttl", None),
            ("http://z.example/the/end.owl", Some("end.ttl")),
        ];
        for (name, file) in rows {
            assert_eq!(found(&catalog, name).as_deref(), file, "{name}");
        }
        std::fs::write(&path, "<catalog><uri></catalog>").unwrap();
        assert!(Catalog::default().add(&path).is_err());
    }
}
