//! Fields: keys that have no meaning of their own, with their values.

use kenning_vocab::{km, xsd};
use oxrdf::{NamedNode, NamedNodeRef};

use super::Writer;
use super::head::datatype;
use crate::note::{Content, Field, LinkTo};
use crate::value::Value;

impl Writer<'_> {
    pub(super) fn fields(&mut self, fields: &[Field], content: &Content) {
        let (iri, concept) = (self.iri, self.concept);
        for (index, field) in fields.iter().enumerate() {
            let subject = match field.passage {
                Some(passage) if self.detail >= crate::Detail::Claims => content
                    .passages
                    .get(passage)
                    .map(|passage| self.base.passage(iri, &passage.anchor)),
                Some(_) => continue,
                None => None,
            };
            let subject = subject.unwrap_or_else(|| concept.clone());
            let property = self.property(&field.key, field.iri.as_deref());
            if field.is_reverse {
                self.reversed(&subject, &property, &field.value);
                continue;
            }
            self.value(
                &subject,
                &property,
                &field.value,
                &format!("{}/{index}", field.key),
                0,
            );
        }
    }

    /// What a note says of a source beside its title and author: when it was changed, how often it was used, and the like.
    pub(super) fn signals(&mut self, source: &crate::SourceRef, node: &NamedNode) {
        for (key, value) in &source.more {
            let changed = matches!(
                &*crate::meta::squeezed(key),
                "lastmodified" | "modified" | "updated"
            );
            let property = match value {
                Value::Moment(_) if changed => kenning_vocab::dcterms::MODIFIED.into_owned(),
                _ => self.property(key, None),
            };
            let pointer = format!("sources/{}/{key}", source.key);
            self.value(node, &property, value, &pointer, 0);
        }
    }

    /// A property that runs from the value to the note.
    fn reversed(&mut self, object: &NamedNode, property: &NamedNode, value: &Value) {
        let subject = match value {
            Value::Link(link) => link.key().map(|key| self.name(key, &link.target)),
            Value::Iri(iri) => NamedNode::new(iri.as_str()).ok(),
            _ => None,
        };
        if let Some(subject) = subject {
            self.say_once(&subject, property.as_ref(), object.as_ref());
        }
    }

    fn value(
        &mut self,
        subject: &NamedNode,
        property: &NamedNode,
        value: &Value,
        pointer: &str,
        depth: usize,
    ) {
        let literal = |text: &str, kind| oxrdf::Literal::new_typed_literal(text, kind);
        let literal = match value {
            Value::Null => return,
            Value::Bool(truth) => literal(if *truth { "true" } else { "false" }, xsd::BOOLEAN),
            Value::Integer(text) => literal(text, xsd::INTEGER),
            Value::Decimal(text) => literal(text, xsd::DECIMAL),
            Value::Double(text) => literal(text, xsd::DOUBLE),
            Value::Typed { text, datatype } => match NamedNode::new(datatype.as_str()) {
                Ok(datatype) => oxrdf::Literal::new_typed_literal(text.as_str(), datatype),
                Err(_) => oxrdf::Literal::new_simple_literal(text.as_str()),
            },
            Value::Worded { text, language } => {
                oxrdf::Literal::new_language_tagged_literal(text.as_str(), language.as_str())
                    .unwrap_or_else(|_| oxrdf::Literal::new_simple_literal(text.as_str()))
            }
            Value::Iri(iri) => {
                if let Ok(iri) = NamedNode::new(iri.as_str()) {
                    self.say_once(subject, property.as_ref(), iri.as_ref());
                }
                return;
            }
            Value::Moment(moment) => literal(&moment.lexical, datatype(moment)),
            // Where a property of ours stands, a term of ours is meant by its name.
            Value::Text(text) if property.as_str().starts_with(km::NAMESPACE) => {
                if let Some(term) = own_term(text) {
                    self.say_once(subject, property.as_ref(), term);
                    return;
                }
                oxrdf::Literal::new_simple_literal(text.as_str())
            }
            Value::Text(text) => oxrdf::Literal::new_simple_literal(text.as_str()),
            Value::Link(link) => {
                match &link.to {
                    LinkTo::Name { key, .. } => {
                        let name = self.name(key, &link.target);
                        self.say_once(subject, property.as_ref(), name.as_ref());
                    }
                    LinkTo::Url(url) => {
                        if let Ok(url) = NamedNode::new(&**url) {
                            self.say_once(subject, property.as_ref(), url.as_ref());
                        }
                    }
                    _ => {}
                }
                return;
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(
                        subject,
                        property,
                        item,
                        &format!("{pointer}/{index}"),
                        depth,
                    );
                }
                return;
            }
            // A map has no name; its address is the way to it. The front matter's own limit bounds the depth.
            Value::Map(items) => {
                if depth > 32 {
                    return;
                }
                let iri = self.iri;
                let node = self.base.part(iri, "f", pointer);
                self.say_once(subject, property.as_ref(), node.as_ref());
                for (key, item) in items {
                    let property = self.property(key, None);
                    self.value(
                        &node,
                        &property,
                        item,
                        &format!("{pointer}/{key}"),
                        depth + 1,
                    );
                }
                return;
            }
        };
        self.say_once(subject, property.as_ref(), literal.as_ref());
    }
}

/// The term of our vocabulary that a text names as `km:tacit`, in any case.
fn own_term(text: &str) -> Option<NamedNodeRef<'static>> {
    let local = text.trim().strip_prefix("km:")?;
    let named = |fits: &dyn Fn(&str) -> bool| {
        km::terms()
            .map(|(_, term)| term)
            .find(|term| term.as_str().strip_prefix(km::NAMESPACE).is_some_and(fits))
    };
    named(&|name| name == local).or_else(|| named(&|name| name.eq_ignore_ascii_case(local)))
}
