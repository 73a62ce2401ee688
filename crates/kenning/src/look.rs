//! `kenning ontologies`, `config` and `check`: what needs no knowledge base.

use crate::config::Config;
use crate::report::{Reporter, counted};
use crate::request::Place;
use crate::sync::{problem_line, progress_line};
use anyhow::{Result, bail};
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use kenning_wiki::Wiki;
use std::fmt::Write;
use std::path::PathBuf;

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

/// Reads notes and folders of notes, and says what is odd about them. Stores nothing.
///
/// # Errors
/// When a path cannot be read at all.
pub fn check(config: &Config, paths: &[PathBuf], reporter: &mut Reporter) -> Result<Outcome> {
    let rules = config.rules.clone().with_today(&crate::config::today()?);
    let (mut notes, mut problems) = (0, 0);
    for path in paths {
        let place = Place::of_wiki(path);
        let wiki = Wiki::open(path, &rules, &Base::default())?;
        let scan = wiki.scan(&kenning_wiki::Catalog::empty(), &mut |progress| {
            if let Some(line) = progress_line(progress) {
                reporter.line(&line);
            }
        });
        notes += scan.summary.notes as u64;
        problems += scan.problems.len() as u64;
        for problem in &scan.problems {
            reporter.line(&problem_line(&place, problem));
        }
    }
    let text = format!(
        "{}; {}",
        counted(notes, "note", "notes"),
        counted(problems, "problem", "problems")
    );
    Ok(if problems == 0 {
        Outcome::done(text)
    } else {
        Outcome::done_with_problems(text)
    })
}
