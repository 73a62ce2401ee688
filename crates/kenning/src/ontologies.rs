//! `kenning ontologies`: those that are built in, and those that are loaded.

use crate::report::count;
use crate::site::Site;
use anyhow::{Result, bail};
use kenning_insight::LoadedOntology;
use kenning_server::{Line, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// With whose eyes the list is made, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// `text` or `json`; text where it is not named.
    pub format: Option<String>,
}

/// Prints the built-in ontology of this name.
///
/// # Errors
/// When there is none of that name.
pub fn built_in(name: &str, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let all = kenning_vocab::ontologies();
    let shapes = kenning_vocab::shapes();
    let by_name = all.iter().find(|ontology| ontology.name == name);
    let by_shape = name.strip_prefix("shapes/");
    let by_shape = by_shape.and_then(|name| shapes.iter().find(|shapes| shapes.name == name));
    let Some(ontology) = by_name.or(by_shape) else {
        let names = all.iter().map(|ontology| ontology.name.to_owned());
        let names = names.chain(
            shapes
                .iter()
                .map(|shapes| format!("shapes/{}", shapes.name)),
        );
        let names: Vec<String> = names.collect();
        bail!(
            "there is no ontology `{name}`; there are {}",
            names.join(", ")
        );
    };
    report(Line::Output {
        text: ontology.text.to_owned(),
    });
    Ok(Outcome::done(""))
}

/// Lists the ontologies that are built in, where nothing is stored yet.
pub fn list_built_in(report: &mut dyn FnMut(Line)) -> Outcome {
    let all = kenning_vocab::ontologies().iter();
    let text = all.fold(String::new(), |mut text, ontology| {
        let _ = writeln!(
            text,
            "{:<16} {:<8} {}",
            ontology.name, ontology.version, ontology.iri
        );
        text
    });
    report(Line::Output { text });
    Outcome::done("")
}

/// Lists what is loaded, as far as the reader sees it.
///
/// # Errors
/// When there is no such level or form.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let view = site
        .kb
        .view(&site.clearance(&request.clearance, &request.groups)?);
    let all = LoadedOntology::all(&view, &site.base)?;
    let text = match request.format.as_deref() {
        None | Some("text") if all.is_empty() => {
            "no ontology is loaded that this reader sees\n".to_owned()
        }
        None | Some("text") => all.iter().map(described).collect(),
        Some("json") => {
            let all: Vec<Value> = all.iter().map(LoadedOntology::to_json).collect();
            format!("{:#}\n", json!({ "ontologies": all }))
        }
        Some(other) => bail!("`{other}` is no form of this list; there are text and json"),
    };
    report(Line::Output { text });
    Ok(Outcome::done(""))
}

/// So many characters of a version are shown.
const LONGEST: usize = 60;

/// An ontology in a few lines.
fn described(ontology: &LoadedOntology) -> String {
    let mut text = ontology.iri.clone();
    if let Some(version) = &ontology.version {
        // Some write the history of their ontology here.
        let words: Vec<&str> = version.split_whitespace().collect();
        let line = words.join(" ");
        let short: String = line.chars().take(LONGEST).collect();
        let rest = if short.len() < line.len() { "…" } else { "" };
        let _ = write!(text, "  {}{rest}", short.trim_end());
    }
    let _ = write!(text, "\n  {} triples", count(ontology.triples));
    if ontology.graph != ontology.iri {
        let _ = write!(text, " in {}", ontology.graph);
    }
    let kinds = [
        (ontology.classes, "classes"),
        (ontology.properties, "properties"),
        (ontology.concepts, "concepts"),
    ];
    let kinds = kinds.iter().filter(|(number, _)| *number > 0);
    let kinds: Vec<String> = kinds
        .map(|(number, what)| format!("{} {what}", count(*number)))
        .collect();
    if !kinds.is_empty() {
        let _ = write!(text, "\n  {}", kinds.join(", "));
    }
    if !ontology.languages.is_empty() {
        let mut shares: Vec<(&String, f64)> = ontology
            .languages
            .iter()
            .map(|(tag, share)| (tag, *share))
            .collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let shares = shares.iter().map(|(tag, share)| {
            let tag = if tag.is_empty() { "no language" } else { tag };
            format!("{tag} {:.0} %", share * 100.0)
        });
        let _ = write!(
            text,
            "\n  labels: {}",
            shares.collect::<Vec<_>>().join(", ")
        );
    }
    for (name, is_here) in &ontology.imports {
        let here = if *is_here { "" } else { " (not here)" };
        let _ = write!(text, "\n  imports {name}{here}");
    }
    text.push_str("\n\n");
    text
}
