//! JSON-LD: documents as they are loaded (the suite's `toRdf`), and as a dump writes them (`fromRdf`).
//!
//! What is loaded is compared strictly with the expected quads. What is written is read again and must be what was there before:
//! the suite's own comparison is of JSON trees, and the form of the tree is the writer's choice here.

use std::fs;
use std::path::PathBuf;

use kenning_sparql::GraphFormat;
use oxrdf::Dataset;
use oxrdfio::{RdfFormat, RdfParser};
use serde_json::Value;

use crate::compare::isomorphic;
use crate::{manifest, rdf};

/// What the documents of the suite are resolved against.
const WEB: &str = "https://w3c.github.io/json-ld-api/tests/";

/// One test.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `toRdf/t0001`, for example.
    pub(crate) id: String,
    input: String,
    expected: Option<String>,
    valid: bool,
    base: Option<String>,
}

fn folder() -> Option<PathBuf> {
    let path = manifest::folder()?.parent()?.join("json-ld-api/tests");
    path.is_dir().then_some(path)
}

/// Every test of both manifests that is about JSON-LD 1.1 and asks for nothing that is no part of loading and dumping.
pub(crate) fn cases() -> Vec<Case> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for which in ["toRdf", "fromRdf"] {
        let text = fs::read_to_string(folder.join(format!("{which}-manifest.jsonld"))).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        for test in manifest["sequence"].as_array().unwrap() {
            let option = &test["option"];
            let is_old = option["specVersion"] == "json-ld-1.0"
                || (option["processingMode"] == "json-ld-1.0"
                    && option["specVersion"] != "json-ld-1.1");
            // Options of an interface that loading and dumping do not have.
            let is_apart = [
                "expandContext",
                "produceGeneralizedRdf",
                "rdfDirection",
                "useNativeTypes",
            ]
            .iter()
            .any(|name| !option[*name].is_null());
            if is_old || is_apart {
                continue;
            }
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let kinds = test["@type"].to_string();
            let fragment = text(&test["@id"]).unwrap();
            out.push(Case {
                id: format!("{which}/{}", fragment.trim_start_matches('#')),
                input: text(&test["input"]).unwrap(),
                expected: text(&test["expect"]),
                valid: !kinds.contains("Negative"),
                base: text(&option["base"]),
            });
        }
    }
    out
}

/// Runs one test.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let read = quads(&case.input, case.base.as_deref());
    match (read, case.valid) {
        (Err(_), false) => Ok(()),
        (Err(error), true) => Err(error),
        (Ok(got), false) => Err(format!("it is read and should not be\n{got}")),
        (Ok(got), true) if case.id.starts_with("fromRdf") => round(&got),
        (Ok(got), true) => {
            let Some(expected) = &case.expected else {
                return Ok(());
            };
            let wanted = quads(expected, None)?;
            // The store names graphs by IRIs; what has other names is compared as it is read.
            let blank = wanted.iter().any(|quad| quad.graph_name.is_blank_node());
            let stored = if blank { got } else { rdf::stored(&got)? };
            if isomorphic(&wanted, &stored) {
                Ok(())
            } else {
                Err(format!("wanted\n{wanted}\ngot\n{stored}"))
            }
        }
    }
}

fn quads(file: &str, base: Option<&str>) -> Result<Dataset, String> {
    let bytes = fs::read(folder().ok_or("no suite")?.join(file))
        .map_err(|error| format!("{file}: {error}"))?;
    let format = match file.rsplit('.').next() {
        Some("nq") => RdfFormat::NQuads,
        _ => GraphFormat::JsonLd.rdf_format(),
    };
    let base = base.map_or_else(|| format!("{WEB}{file}"), str::to_owned);
    RdfParser::from_format(format)
        .with_base_iri(base)
        .map_err(|error| error.to_string())?
        .for_slice(&bytes)
        .map(|quad| quad.map_err(|error| error.to_string()))
        .collect()
}

/// What is written as JSON-LD and read again is what it was.
fn round(data: &Dataset) -> Result<(), String> {
    let written = rdf::dump(data, GraphFormat::JsonLd)?;
    let again: Result<Dataset, _> = RdfParser::from_format(GraphFormat::JsonLd.rdf_format())
        .for_slice(&written)
        .collect();
    let text = || String::from_utf8_lossy(&written).into_owned();
    let again = again.map_err(|error| format!("{error}\n{}", text()))?;
    if isomorphic(data, &again) {
        Ok(())
    } else {
        Err(format!("wanted\n{data}\ngot\n{again}\nwritten\n{}", text()))
    }
}
