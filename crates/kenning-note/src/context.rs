//! The context file of a Vault-LD folder: which key means which property.
//!
//! Vault-LD 0.5 keeps one JSON-LD context for a folder, put together from several files. This reads such files as they are. What a context
//! may hold is bounded by what Vault-LD uses: terms, prefixes, `@base`, `@vocab`, types, languages and containers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What the context of a note declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// `@vocab`: what a key without a term of its own begins with.
    pub vocab: Option<String>,
    /// `@base`: with the name of its file, the identifier of what a note describes.
    pub base: Option<String>,
    /// Terms by key. A term whose IRI ends in `#`, `/` or `:` is a prefix as well.
    pub terms: BTreeMap<String, ContextTerm>,
}

/// A term of a [`Context`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContextTerm {
    /// What it stands for: an IRI, a prefixed name, or a keyword such as `@type`. `None`: the context says that the key means nothing.
    pub iri: Option<String>,
    /// `@type`: `@id`, `@vocab`, or the datatype of values.
    pub coercion: Option<String>,
    /// `@language` of values.
    pub language: Option<String>,
    /// Whether the property runs from the value to the note.
    pub is_reverse: bool,
}

impl Context {
    /// Adds what a context file declares; later files win. Gives the names of the files that it asks for, in order.
    ///
    /// `scoped` says that the file was asked for by another: then its `@base` holds for notes in its own folder alone, so it is left out.
    ///
    /// # Errors
    /// The reason, in words, when the text is no JSON or has no `@context`.
    pub fn add(&mut self, text: &str, scoped: bool) -> Result<Vec<String>, String> {
        let json: Json = serde_json::from_str(text)
            .map_err(|error| format!("the context is not JSON: {error}"))?;
        let context = json.get("@context").ok_or("the file has no `@context`")?;
        let mut asked_for = Vec::new();
        let parts = match context {
            Json::Array(parts) => parts.iter().collect(),
            one => vec![one],
        };
        for part in parts {
            match part {
                // What lies on the net is never fetched.
                Json::String(name) if !crate::link::is_address(name) => {
                    asked_for.push(name.clone())
                }
                Json::Object(map) => map
                    .iter()
                    .for_each(|(key, value)| self.declare(key, value, scoped)),
                _ => {}
            }
        }
        Ok(asked_for)
    }

    fn declare(&mut self, key: &str, value: &Json, scoped: bool) {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        match key {
            "@base" if !scoped => self.base = text(value),
            "@vocab" => self.vocab = text(value),
            key if key.starts_with('@') => {}
            key => {
                let term = match value {
                    Json::Object(map) => ContextTerm {
                        iri: map
                            .get("@id")
                            .or_else(|| map.get("@reverse"))
                            .and_then(text),
                        coercion: map.get("@type").and_then(text),
                        language: map.get("@language").and_then(text),
                        is_reverse: map.contains_key("@reverse"),
                    },
                    value => ContextTerm {
                        iri: text(value),
                        ..ContextTerm::default()
                    },
                };
                self.terms.insert(key.to_owned(), term);
            }
        }
    }

    /// The keyword for which a key stands: `type` for `@type` and `id` for `@id` in most contexts.
    #[must_use]
    pub fn keyword(&self, key: &str) -> Option<&str> {
        self.terms
            .get(key)?
            .iri
            .as_deref()
            .filter(|iri| iri.starts_with('@'))
    }

    /// The IRI of a term, of a prefixed name, or of a key under `@vocab`.
    #[must_use]
    pub fn expand(&self, text: &str) -> Option<String> {
        self.expand_within(text, 8)
    }

    fn expand_within(&self, text: &str, depth: usize) -> Option<String> {
        if depth == 0 || text.starts_with('@') {
            return None;
        }
        if let Some(term) = self.terms.get(text) {
            let iri = term.iri.as_deref()?;
            return if iri == text {
                None
            } else {
                self.expand_within(iri, depth - 1)
            };
        }
        if let Some((prefix, local)) = text.split_once(':') {
            if local.starts_with("//") || prefix == "urn" {
                return Some(text.to_owned());
            }
            let namespace = self
                .terms
                .get(prefix)
                .and_then(|term| term.iri.as_deref())?;
            // A term that leads to itself has no IRI.
            let namespace = self.expand_within(namespace, depth - 1)?;
            return Some(format!("{namespace}{local}"));
        }
        self.vocab.as_ref().map(|vocab| format!("{vocab}{text}"))
    }

    /// The identifier of what the note with this file name describes.
    #[must_use]
    pub fn identify(&self, name: &str) -> Option<String> {
        let base = self.base.as_deref()?;
        Some(format!("{base}{}", kenning_vocab::encode_segment(name)))
    }
}
