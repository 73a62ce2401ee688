//! The ontology files that are built in.

/// One ontology file, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ontology {
    /// Short name, such as `km-core`: the name of its file without the extension, and of its graph.
    pub name: &'static str,
    /// IRI of the ontology, the same in every version.
    pub iri: &'static str,
    /// Version as `owl:versionInfo` has it.
    pub version: &'static str,
    /// The Turtle.
    pub text: &'static str,
}

macro_rules! ontology {
    ($name:literal, $iri:literal) => {
        Ontology {
            name: $name,
            iri: $iri,
            version: "0.1.0",
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../ontologies/",
                $name,
                ".ttl"
            )),
        }
    };
}

static ONTOLOGIES: [Ontology; 8] = [
    ontology!("km", "https://w3id.org/kenning/km"),
    ontology!("km-core", "https://w3id.org/kenning/km/core"),
    ontology!("km-types", "https://w3id.org/kenning/km/types"),
    ontology!("km-protection", "https://w3id.org/kenning/km/protection"),
    ontology!("km-expertise", "https://w3id.org/kenning/km/expertise"),
    ontology!("km-process", "https://w3id.org/kenning/km/process"),
    ontology!("km-provenance", "https://w3id.org/kenning/km/provenance"),
    ontology!("km-audit", "https://w3id.org/kenning/km/audit"),
];

/// The built-in ontologies: the vocabulary as a whole first, then its modules.
#[must_use]
pub fn ontologies() -> &'static [Ontology] {
    &ONTOLOGIES
}

macro_rules! shapes {
    ($($name:literal),*) => {
        [$(Ontology {
            name: $name,
            iri: concat!("https://w3id.org/kenning/km/shapes/", $name),
            version: "0.1.0",
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../ontologies/shapes/",
                $name,
                ".ttl"
            )),
        }),*]
    };
}

static SHAPES: [Ontology; 7] = shapes![
    "core",
    "types",
    "protection",
    "expertise",
    "process",
    "provenance",
    "audit"
];

/// The built-in shapes graphs (SHACL), one for each module: what well-formed knowledge looks like.
#[must_use]
pub fn shapes() -> &'static [Ontology] {
    &SHAPES
}
