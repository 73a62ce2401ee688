//! Keys without a meaning of their own, keys that a context declares, and the links in their values.

use kenning_vocab::{km, skos};
use oxrdf::NamedNodeRef;

use super::value::links;
use super::{Meta, mention, squeezed, value, words};
use crate::front_matter::{Data, Key, Node};
use crate::link;
use crate::note::{Field, LinkKind, Note};
use crate::problem::{Problem, ProblemKind};
use crate::settings::ValueType;
use crate::value::{Moment, Value};

impl Meta<'_> {
    /// A key that the context of the folder declares.
    pub(super) fn declared(
        &mut self,
        note: &mut Note,
        context: &'_ crate::Context,
        key: &Key,
        node: &Node,
    ) {
        let Some(term) = context.terms.get(&key.text) else {
            return;
        };
        let Some(iri) = context.expand(&key.text) else {
            return;
        };
        if iri == kenning_vocab::rdfs::LABEL.as_str() || iri == skos::PREF_LABEL.as_str() {
            self.title = self
                .title
                .take()
                .or_else(|| words(node).map(|text| text.text));
        }
        self.add_links(note, key, node, false);
        for item in node.each() {
            let plain = value(item, &note.path, note.dialect);
            let coerced = match (item.text(), term.coercion.as_deref(), &plain) {
                (_, _, Value::Link(_)) | (None, _, _) => plain,
                (Some(text), Some("@id" | "@vocab"), _) => {
                    let iri = context
                        .expand(text)
                        .or_else(|| self.known(text))
                        .or_else(|| context.identify(text));
                    iri.map_or(plain, Value::Iri)
                }
                (Some(text), Some(datatype), _) => {
                    match context.expand(datatype).or_else(|| self.known(datatype)) {
                        Some(datatype) => Value::Typed {
                            text: text.to_owned(),
                            datatype,
                        },
                        None => plain,
                    }
                }
                (Some(text), None, _) => match &term.language {
                    Some(language) => Value::Worded {
                        text: text.to_owned(),
                        language: language.clone(),
                    },
                    None => plain,
                },
            };
            let field = Field {
                key: key.text.clone(),
                iri: Some(iri.clone()),
                is_reverse: term.is_reverse,
                value: coerced,
                passage: None,
                place: key.place,
            };
            note.fields.push(field);
        }
    }

    /// The IRI that an absolute IRI or a prefixed name stands for.
    pub(super) fn known(&self, text: &str) -> Option<String> {
        let iri = if ["http://", "https://", "urn:"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
        {
            text.to_owned()
        } else {
            let (prefix, local) = text.split_once(':')?;
            if local.starts_with([' ', ':']) {
                return None;
            }
            let own = self
                .settings
                .prefixes
                .iter()
                .map(|(known, namespace)| (known.as_str(), namespace.as_str()));
            let (_, namespace) = own
                .chain(kenning_vocab::prefixes().iter().copied())
                .find(|(known, _)| *known == prefix)?;
            format!("{namespace}{local}")
        };
        oxrdf::NamedNode::new(iri.as_str()).is_ok().then_some(iri)
    }

    /// Names of other pages, as links, as slugs, or as maps with a slug.
    pub(super) fn contradiction(&mut self, note: &mut Note, key: &Key, node: &Node) {
        for item in node.each() {
            let Some(target) = item.get("slug").unwrap_or(item).text() else {
                continue;
            };
            let mut found = mention(target)
                .map(|name| link::target_of(&name.name, &note.path))
                .unwrap_or_default();
            found.kind = LinkKind::Property;
            found.place = item.place;
            found.relation = Some(key.text.as_str().into());
            let value = Value::Link(Box::new(found.clone()));
            if !self.in_text {
                note.content.links.push(found);
            }
            // Either key says the same: a contradiction has no direction.
            note.fields.push(Field {
                key: key.text.clone(),
                iri: Some(km::CONTRADICTS.as_str().to_owned()),
                is_reverse: false,
                value,
                passage: None,
                place: item.place,
            });
        }
    }

    /// A key that is a property whatever it is called, and nothing odd.
    pub(crate) fn parameter(&mut self, note: &mut Note, key: &Key, node: &Node) {
        self.add_links(note, key, node, false);
        note.fields.push(Field {
            key: key.text.clone(),
            iri: None,
            is_reverse: false,
            value: value(node, &note.path, note.dialect),
            passage: None,
            place: key.place,
        });
    }

    pub(super) fn field(&mut self, note: &mut Note, key: &Key, node: &Node) {
        if key.text.is_empty() {
            return;
        }
        let value = self.as_type(key, node, value(node, &note.path, note.dialect));
        self.add_links(note, key, node, false);
        if let Data::Scalar {
            text,
            quoted: false,
        } = &node.data
        {
            let like_a_day = text.len() == 10
                && text.bytes().enumerate().all(|(at, b)| {
                    if matches!(at, 4 | 7) {
                        b == b'-'
                    } else {
                        b.is_ascii_digit()
                    }
                });
            if like_a_day && Moment::parse(text).is_none() {
                self.odd(
                    key,
                    format!("`{text}` is not a day of the calendar"),
                    "it is kept as text",
                );
            }
        }
        let squeezed = squeezed(&key.text);
        let wider =
            hierarchy(&squeezed).filter(|_| !links(node, &note.path, note.dialect).is_empty());
        // A template's key that nobody filled in says nothing, and there is nothing to say about it.
        let speaks = !self.in_text && !node.is_empty();
        if speaks && wider.is_none() && !is_publishing_key(&squeezed) {
            let text = format!(
                "the key `{}` has no meaning of its own; it is kept as a property",
                key.text
            );
            self.problems
                .push(Problem::new(ProblemKind::UnknownKey, key.place, text));
        }
        note.fields.push(Field {
            key: key.text.clone(),
            iri: self
                .known(&key.text)
                .or_else(|| wider.map(|term| term.as_str().to_owned())),
            is_reverse: false,
            value,
            passage: None,
            place: key.place,
        });
    }

    /// A value as the folder's types have it. What does not fit stays what it is.
    fn as_type(&self, key: &Key, node: &Node, value: Value) -> Value {
        let Some(kind) = self.settings.types.get(&*squeezed(&key.text)) else {
            return value;
        };
        let one = |node: &Node, value: Value| -> Value {
            let Some(text) = node.text().filter(|_| !matches!(value, Value::Link(_))) else {
                return value;
            };
            let typed = match kind {
                ValueType::Text => Some(Value::Text(text.to_owned())),
                ValueType::Number => crate::value::number(text.trim()),
                ValueType::Checkbox => super::truth(node).map(Value::Bool),
                ValueType::Date => Moment::parse(text).map(Value::Moment),
            };
            typed.unwrap_or(value)
        };
        match value {
            Value::List(items) => {
                let pairs = node.each().iter().zip(items);
                Value::List(pairs.map(|(node, item)| one(node, item)).collect())
            }
            value => one(node, value),
        }
    }

    /// Links in a value link. Those of a field in the text are there already.
    pub(super) fn add_links(&self, note: &mut Note, key: &Key, node: &Node, related: bool) {
        if self.in_text {
            return;
        }
        for (_, _, mut found) in links(node, &note.path, note.dialect) {
            found.relation = Some(key.text.as_str().into());
            found.related = related;
            note.content.links.push(found);
        }
    }
}

/// What a link under such a key says of two concepts.
fn hierarchy(key: &str) -> Option<NamedNodeRef<'static>> {
    match key {
        "broader" | "broaderterm" => Some(skos::BROADER),
        "narrower" | "narrowerterm" => Some(skos::NARROWER),
        _ => None,
    }
}

/// Keys that tell a publishing tool how a page looks. They are kept, and nobody needs to hear of them.
fn is_publishing_key(key: &str) -> bool {
    const KEYS: [&str; 35] = [
        "translationkey",
        "layout",
        "comments",
        "image",
        "cssclass",
        "cssclasses",
        "weight",
        "sidebarposition",
        "sidebarlabel",
        "navorder",
        "toc",
        "parent",
        "haschildren",
        "template",
        "hero",
        "cover",
        "banner",
        "icon",
        "theme",
        "pagination",
        "hide",
        "menu",
        "linktitle",
        "featured",
        "provenancestate",
        "subtitle",
        "series",
        "feature",
        "version",
        "cascade",
        "params",
        "build",
        "resources",
        "outputs",
        "lastmodifiedby",
    ];
    KEYS.contains(&key)
}
