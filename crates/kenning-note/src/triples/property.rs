//! Which property a key stands for.

use kenning_vocab::Base;
use oxrdf::NamedNode;

/// The property for which a key of the front matter or a field stands: `iri` where prefixes or a context tell, else one under the base.
///
/// ```
/// let base = kenning_vocab::Base::default();
/// let property = kenning_note::property("Depends on", None, &base);
/// assert_eq!(property.as_str(), "http://localhost:7878/id/property/depends-on");
/// ```
#[must_use]
pub fn property(key: &str, iri: Option<&str>, base: &Base) -> NamedNode {
    if let Some(known) = iri.and_then(|iri| NamedNode::new(iri).ok()) {
        return known;
    }
    let words = crate::name::normal_key(key.trim_matches(['*', '_', '~', ' ']));
    base.property(&words.replace(' ', "-"))
}
