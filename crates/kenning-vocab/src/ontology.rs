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

macro_rules! modules {
    ($version:literal, $folder:literal) => {
        modules!(@ $version, $folder,
            "km" "https://w3id.org/kenning/km",
            "km-core" "https://w3id.org/kenning/km/core",
            "km-types" "https://w3id.org/kenning/km/types",
            "km-protection" "https://w3id.org/kenning/km/protection",
            "km-expertise" "https://w3id.org/kenning/km/expertise",
            "km-process" "https://w3id.org/kenning/km/process",
            "km-provenance" "https://w3id.org/kenning/km/provenance",
            "km-audit" "https://w3id.org/kenning/km/audit")
    };
    (@ $version:literal, $folder:literal, $($name:literal $iri:literal),*) => {
        [$(Ontology {
            name: $name,
            iri: $iri,
            version: $version,
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../ontologies/",
                $folder,
                $name,
                ".ttl"
            )),
        }),*]
    };
}

static ONTOLOGIES: [Ontology; 8] = modules!("0.1.0", "");

// A version that is out gets a row of its own here, and its folder is never touched again (`ontologies/README.md`).
static VERSIONS: [Version; 1] = [Version {
    name: "0.1.0",
    ontologies: &V0_1_0,
}];
static V0_1_0: [Ontology; 8] = modules!("0.1.0", "versions/0.1.0/");

/// The vocabulary as it was in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Such as `0.1.0`.
    pub name: &'static str,
    /// Its files, the vocabulary as a whole first.
    pub ontologies: &'static [Ontology],
}

/// Every version of the vocabulary that has an address of its own, the oldest first. What one holds never changes.
#[must_use]
pub fn versions() -> &'static [Version] {
    &VERSIONS
}

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
