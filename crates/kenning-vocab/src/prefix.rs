//! Prefixes under which people write the vocabularies.

use crate::standard::*;

/// Prefix and namespace of every vocabulary this crate knows, `km` first; the same in queries, pages and `/prefixes`.
#[must_use]
pub fn prefixes() -> &'static [(&'static str, &'static str)] {
    &[
        ("km", crate::km::NAMESPACE),
        ("cito", cito::NAMESPACE),
        ("dcat", dcat::NAMESPACE),
        ("dcterms", dcterms::NAMESPACE),
        ("doap", doap::NAMESPACE),
        ("dpv", dpv::NAMESPACE),
        ("dqv", dqv::NAMESPACE),
        ("foaf", foaf::NAMESPACE),
        ("oa", oa::NAMESPACE),
        ("org", org::NAMESPACE),
        ("owl", owl::NAMESPACE),
        ("prov", prov::NAMESPACE),
        ("rdf", rdf::NAMESPACE),
        ("rdfs", rdfs::NAMESPACE),
        ("schema", schema::NAMESPACE),
        ("sd", sd::NAMESPACE),
        ("sh", sh::NAMESPACE),
        ("skos", skos::NAMESPACE),
        ("vann", vann::NAMESPACE),
        ("void", void::NAMESPACE),
        ("xsd", xsd::NAMESPACE),
    ]
}
