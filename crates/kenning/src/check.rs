//! `kenning check`: what is odd about notes before they are stored, and about what is stored.

use crate::config::Config;
use crate::report::{Reporter, counted};
use crate::request::Place;
use crate::site::Site;
use crate::sync::{problem_line, progress_line};
use anyhow::{Context, Result, bail};
use kenning_insight::shapes::{Finding, Shapes, Violation, report_triples};
use kenning_server::{Line, Outcome, Problem};
use kenning_sparql::{Cancel, Limits, on_big_stack};
use kenning_vocab::Base;
use kenning_wiki::Wiki;
use oxrdf::Triple;
use oxrdfio::{RdfFormat, RdfParser, RdfSerializer};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// What of what is stored is checked, with whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// Files of shapes (SHACL) to check by, beside the built-in ones.
    pub shapes: Vec<Place>,
    /// The least severity that is shown: `info`, `warning` or `violation`.
    pub severity: String,
    /// `text`, `json` or `turtle`; text where it is not named.
    pub format: Option<String>,
    /// How long one query of a shape may take, in seconds.
    pub timeout: u64,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Turtle,
}

impl Format {
    fn named(name: Option<&str>) -> Result<Self> {
        Ok(match name {
            None | Some("text") => Self::Text,
            Some("json") => Self::Json,
            Some("turtle" | "ttl") => Self::Turtle,
            Some(other) => {
                bail!("`{other}` is no form of a report; there are text, json and turtle")
            }
        })
    }
}

/// Reads notes and folders of notes, and says what is odd about them: line by line, or as one report in `json` or `turtle`. Stores nothing.
///
/// # Errors
/// When a path cannot be read at all, or there is no such format.
pub fn notes(
    config: &Config,
    paths: &[PathBuf],
    format: Option<&str>,
    reporter: &mut Reporter,
) -> Result<Outcome> {
    let format = Format::named(format)?;
    let base = config.file.base_url.as_deref();
    let base = base.map(Base::new).transpose()?.unwrap_or_default();
    let rules = config.rules.clone().with_today(&crate::config::today()?);
    let (mut notes, mut problems) = (0, 0);
    let (mut findings, mut triples) = (Vec::new(), Vec::new());
    for path in paths {
        let place = Place::of_wiki(path);
        let wiki = Wiki::open(path, &rules, &base)?;
        let scan = wiki.scan(&kenning_wiki::Catalog::empty(), &mut |progress| {
            if let Some(line) = progress_line(progress) {
                reporter.line(&line);
            }
        });
        notes += scan.summary.notes as u64;
        for problem in &scan.problems {
            match format {
                Format::Text => reporter.line(&problem_line(&place, problem)),
                Format::Json => findings.push(json!({
                    "place": place.below(&problem.path),
                    "line": problem.line,
                    "column": problem.column,
                    "problem": problem.kind,
                    "text": problem.text,
                    "hint": problem.hint,
                    "rule": problem.guess.as_ref().map(|guess| &guess.rule),
                    "confidence": problem.guess.as_ref().map(|guess| guess.confidence),
                })),
                Format::Turtle => triples.extend(problem.annotation(problems, wiki.name(), &base)),
            }
            problems += 1;
        }
    }
    let text = match format {
        Format::Text => String::new(),
        Format::Json => {
            let report = json!({ "conforms": problems == 0, "findings": findings });
            format!("{report:#}\n")
        }
        Format::Turtle => turtle(triples)?,
    };
    if !text.is_empty() {
        reporter.line(&Line::Output { text });
    }
    let problems = problems as u64;
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

/// Holds what a reader sees against the shapes, and reports what does not fit.
///
/// # Errors
/// When there is no such level, format or severity, a file of shapes cannot be read, or a limit is reached.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let least = match request.severity.as_str() {
        "info" => 0,
        "warning" => 1,
        "violation" => 2,
        other => bail!("`{other}` is no severity; there are info, warning and violation"),
    };
    let format = Format::named(request.format.as_deref())?;
    let mut all = vec![Shapes::built_in()?];
    for file in &request.shapes {
        let shapes = read(file).with_context(|| format!("`{}`", file.shown))?;
        if shapes.is_empty() {
            bail!("`{}` holds no shape with a target", file.shown);
        }
        all.push(shapes);
    }
    let view = site
        .kb
        .view(&site.clearance(&request.clearance, &request.groups)?);
    let limits = Limits {
        time: Some(Duration::from_secs(request.timeout)),
        ..Limits::default()
    };
    let found: Result<Vec<Vec<Violation>>, _> = on_big_stack(|| {
        let each = all.iter();
        each.map(|shapes| shapes.check_within(&view, limits, &Cancel::new()))
            .collect()
    })?;
    let found: Vec<Violation> = found?.into_iter().flatten().collect();
    let count = |weight: u8| {
        let of = found.iter().filter(|v| v.severity.weight() == weight);
        of.count() as u64
    };
    let (violations, warnings, infos) = (count(2), count(1), count(0));
    let shown = found.iter().filter(|v| v.severity.weight() >= least);
    match format {
        Format::Text => {
            let mut findings: Vec<Finding> = shown
                .map(|violation| Finding::of(violation, &view, &site.base))
                .collect();
            findings
                .sort_by(|a, b| (&a.place, a.line, a.text()).cmp(&(&b.place, b.line, b.text())));
            for finding in findings {
                let text = format!("{}: {}", finding.severity.name(), finding.text());
                let problem = Problem::of_file(&finding.place, text);
                report(Line::Problem(problem.at(finding.line.unwrap_or(0), 0)));
            }
        }
        Format::Json => {
            let findings: Vec<_> = shown
                .map(|violation| Finding::of(violation, &view, &site.base).to_json())
                .collect();
            // As in Turtle: what is shown decides, whatever its severity (SHACL section 3.6.1.1).
            let text = json!({ "conforms": findings.is_empty(), "findings": findings });
            report(Line::Output {
                text: format!("{text:#}\n"),
            });
        }
        Format::Turtle => {
            let shown: Vec<Violation> = shown.cloned().collect();
            let text = turtle(report_triples(&shown))?;
            report(Line::Output { text });
        }
    }
    let mut text = format!(
        "{}, {}",
        counted(violations, "violation", "violations"),
        counted(warnings, "warning", "warnings"),
    );
    if infos > 0 && least > 0 {
        text.push_str(&format!(
            "; `--severity info` shows {} more",
            crate::report::count(infos)
        ));
    }
    Ok(if violations + warnings == 0 {
        Outcome::done(text)
    } else {
        Outcome::done_with_problems(text)
    })
}

fn read(file: &Place) -> Result<Shapes> {
    let bytes = std::fs::read(&file.path).context("cannot be read")?;
    let ending = file.path.extension().and_then(|ending| ending.to_str());
    let format = ending.and_then(RdfFormat::from_extension);
    let parser = RdfParser::from_format(format.unwrap_or(RdfFormat::Turtle));
    let quads = parser
        .with_base_iri("urn:kenning:shapes")?
        .for_slice(&bytes);
    let triples: Result<Vec<Triple>, _> = quads.map(|quad| quad.map(Triple::from)).collect();
    on_big_stack(|| Shapes::read(&triples?).map_err(anyhow::Error::from))?
}

fn turtle(triples: Vec<Triple>) -> Result<String> {
    let mut serializer = RdfSerializer::from_format(RdfFormat::Turtle);
    for (prefix, namespace) in kenning_vocab::prefixes() {
        serializer = serializer.with_prefix(*prefix, *namespace)?;
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in &triples {
        writer.serialize_triple(triple)?;
    }
    Ok(String::from_utf8(writer.finish()?)?)
}
