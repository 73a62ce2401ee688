//! `kenning ontologies` and `config`: what needs no knowledge base.

use crate::config::Config;
use crate::report::Reporter;
use anyhow::{Result, bail};
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use std::fmt::Write;

/// Lists the built-in ontologies, or prints the one that is named.
///
/// # Errors
/// When there is none of that name.
pub fn ontologies(name: Option<&str>, reporter: &mut Reporter) -> Result<Outcome> {
    let all = kenning_vocab::ontologies();
    if let Some(name) = name {
        let Some(ontology) = all.iter().find(|ontology| ontology.name == name) else {
            let names: Vec<&str> = all.iter().map(|ontology| ontology.name).collect();
            bail!(
                "there is no ontology `{name}`; there are {}",
                names.join(", ")
            );
        };
        reporter.line(&Line::Output {
            text: ontology.text.to_owned(),
        });
        return Ok(Outcome::done(""));
    }
    let text = all.iter().fold(String::new(), |mut text, ontology| {
        let _ = writeln!(
            text,
            "{:<16} {:<8} {}",
            ontology.name, ontology.version, ontology.iri
        );
        text
    });
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}

/// Says what the configuration comes to; that it can be read is the answer to most who ask.
///
/// # Errors
/// None of its own: a configuration that cannot be read has failed before.
pub fn config(config: &Config, reporter: &mut Reporter) -> Result<Outcome> {
    let scale = config.scale();
    let levels: Vec<&str> = scale.levels().map(|(_, name)| name).collect();
    let mut text = String::new();
    let _ = writeln!(text, "levels         {}", levels.join(" < "));
    let _ = writeln!(
        text,
        "default level  {}",
        scale.name(config.rules.default_level())
    );
    let _ = writeln!(
        text,
        "default graph  {}",
        config
            .default_graph_level()
            .map_or("closed", |level| scale.name(level))
    );
    let _ = writeln!(
        text,
        "base URL       {}",
        config
            .file
            .base_url
            .as_deref()
            .unwrap_or(Base::default().as_str())
    );
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}
