//! The context file of a Vault-LD folder: which key means which property.

/// What a `context.jsonld` declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// `@vocab`: what a key without a term of its own begins with.
    pub vocab: Option<String>,
    /// `@base`: what a relative identifier begins with.
    pub base: Option<String>,
    /// Prefixes.
    pub prefixes: Vec<(String, String)>,
    /// Terms by key.
    pub terms: std::collections::BTreeMap<String, ContextTerm>,
}

/// A term of a [`Context`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContextTerm {
    /// The IRI of the property or class; `None` when the context says that the key means nothing.
    pub iri: Option<String>,
    /// `@type`: `@id`, `@vocab`, or the IRI of a datatype.
    pub coercion: Option<String>,
    /// `@language`.
    pub language: Option<String>,
    /// `@container`: `@list` or `@set`.
    pub container: Option<String>,
    /// Whether the property runs from the value to the note.
    pub is_reverse: bool,
}
