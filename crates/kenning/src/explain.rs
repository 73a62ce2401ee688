//! `kenning explain note.md:17`: what was understood of a line, how its links found their notes, its label and why, and the triples.
//!
//! It reads the folder itself and names notes whatever their labels, so it is for whoever may open the files; what is stored only saves
//! reading again what did not change. There is no `--clearance` for that reason, and no way to ask over HTTP.

use crate::config::Config;
use crate::followed::{Followed, known_folders};
use crate::report::Reporter;
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use kenning_wiki::{Catalog, ExplainedLink, ExplainedPassage, Explanation, Guessed, Rules, Wiki};
use oxrdf::Triple;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What is to be explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The note.
    pub note: Place,
    /// One line of it, from 1.
    pub line: Option<u32>,
    /// The folder of its wiki, where it is said.
    pub wiki: Option<Place>,
    /// The working folder of who asks, where the note was named from there: its wiki when nothing else looks like one.
    pub from: Option<PathBuf>,
    /// Whether the answer is an object of JSON.
    pub json: bool,
}

impl Request {
    /// Reads `note.md`, `note.md:17` or `note.md:17:4`, as compilers and this command print places.
    #[must_use]
    pub fn read(place: &Path, wiki: Option<&Path>, json: bool) -> Self {
        let (note, line) = split(place);
        Self {
            note: Place::of(&note),
            line,
            wiki: wiki.map(Place::of),
            from: note.is_relative().then(working_folder).flatten(),
            json,
        }
    }
}

fn working_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()?.canonicalize().ok()
}

/// The file and the line of `note.md:17`. What is there under its whole name is a file, whatever it is called.
fn split(place: &Path) -> (PathBuf, Option<u32>) {
    let whole = (place.to_owned(), None);
    let Some(text) = place.to_str().filter(|_| !place.exists()) else {
        return whole;
    };
    let numbered = |text: &str| {
        let (rest, number) = text.rsplit_once(':')?;
        Some((rest.to_owned(), number.parse::<u32>().ok()?))
    };
    match numbered(text) {
        None => whole,
        Some((rest, last)) => match numbered(&rest).filter(|_| !Path::new(&rest).exists()) {
            Some((file, line)) => (file.into(), Some(line)),
            None => (rest.into(), Some(last)),
        },
    }
}

/// Explains by the rules and with the help of what is stored.
///
/// # Errors
/// When there is no such note, or its wiki cannot be read.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let rules = crate::sync::rules(site, None)?;
    let note = real(&request.note)?;
    let known = known_folders(site)?.into_iter();
    let known = known.map(|(_, folder)| folder);
    let around = known.filter(|folder| note.starts_with(folder));
    let around = around.max_by_key(|folder| folder.as_os_str().len());
    let folder = match &request.wiki {
        Some(wiki) => wiki.path.clone(),
        None => around.unwrap_or_else(|| folder_around(&note, request)),
    };
    let wiki = Wiki::open(&folder, &rules, &site.base)?;
    let known = Followed::read(site, wiki.name())?;
    let catalog = if known.catalog.folder() == wiki.folder().to_string_lossy() {
        known.catalog
    } else {
        Catalog::empty()
    };
    explain(&wiki, &catalog, &note, request, report)
}

/// Explains without a knowledge base.
///
/// # Errors
/// As [`run`].
pub fn alone(config: &Config, request: &Request, reporter: &mut Reporter) -> Result<Outcome> {
    let rules: Rules = config.rules.clone().with_today(&crate::config::today()?);
    let note = real(&request.note)?;
    let folder = match &request.wiki {
        Some(wiki) => wiki.path.clone(),
        None => folder_around(&note, request),
    };
    let base = config.file.base_url.as_deref().map(Base::new).transpose()?;
    let wiki = Wiki::open(&folder, &rules, &base.unwrap_or_default())?;
    let mut report = |line: Line| reporter.line(&line);
    explain(&wiki, &Catalog::empty(), &note, request, &mut report)
}

/// The folder of the note's wiki, where what lies in the working folder cannot be the operator's configuration: then it may be that of
/// the wiki. Whoever stands in the folder of the notes asks about them from there.
#[must_use]
pub fn wiki_here(named: Option<&Path>, request: &Request) -> Vec<PathBuf> {
    if Config::read(named, &[]).is_ok() {
        return Vec::new();
    }
    let wiki = request.wiki.as_ref().map(|wiki| wiki.path.clone());
    let around = || Some(folder_around(&real(&request.note).ok()?, request));
    wiki.or_else(around).into_iter().collect()
}

fn folder_around(note: &Path, request: &Request) -> PathBuf {
    kenning_wiki::folder_around(note, request.from.as_deref())
}

fn real(note: &Place) -> Result<PathBuf> {
    let real = note.path.canonicalize();
    let real = real.with_context(|| format!("`{}` cannot be opened", note.shown))?;
    if real.is_dir() {
        bail!("`{}` is a folder; name a note in it", note.shown);
    }
    Ok(real)
}

fn explain(
    wiki: &Wiki,
    known: &Catalog,
    note: &Path,
    request: &Request,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    let Some(path) = note.strip_prefix(wiki.folder()).ok().and_then(Path::to_str) else {
        bail!(
            "`{}` does not lie in the wiki `{}`; name its folder with `--wiki`",
            request.note.shown,
            wiki.folder().display()
        );
    };
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    let Some(explanation) = wiki.explain(known, &path, request.line) else {
        bail!(
            "`{}` is no note of the wiki `{}`: its ending is none of those of notes, it is left out by `ignore`, or it cannot be read",
            request.note.shown,
            wiki.name()
        );
    };
    let text = if request.json {
        format!("{:#}\n", as_json(&explanation))
    } else {
        explanation.to_string()
    };
    report(Line::Output { text });
    Ok(Outcome::done(""))
}

fn as_json(explained: &Explanation) -> Value {
    let sections = explained.sections.iter().map(|((first, last), label, because)| {
        json!({ "lines": [first, last], "label": label, "because": because })
    });
    let translations = explained.translations.iter().map(|original| {
        json!({ "path": original.path, "label": original.label, "triples": triples(&original.triples) })
    });
    json!({
        "path": explained.path,
        "folder": explained.folder,
        "line": explained.line,
        "lines": explained.lines,
        "dialect": explained.dialect,
        "evidence": explained.evidence,
        "label": explained.label,
        "because": explained.because,
        "sections": sections.collect::<Vec<_>>(),
        "translations": translations.collect::<Vec<_>>(),
        "drawn": explained.drawn.iter().map(drawn).collect::<Vec<_>>(),
        "links": explained.links.iter().map(link).collect::<Vec<_>>(),
        "passages": explained.passages.iter().map(passage).collect::<Vec<_>>(),
        "rest": triples(&explained.rest),
        "problems": explained.problems,
    })
}

fn link(link: &ExplainedLink) -> Value {
    let ladder = link.ladder.iter().map(|(rung, notes)| {
        let notes = notes
            .iter()
            .map(|note| json!({ "path": note.path, "label": note.label, "taken": note.won }));
        json!({
            "rung": rung.term().as_str(),
            "words": rung.in_words(),
            "notes": notes.collect::<Vec<_>>(),
        })
    });
    let edges = link.edges.iter().map(
        |(label, path, rung)| json!({ "label": label, "path": path, "rung": rung.term().as_str() }),
    );
    json!({
        "line": link.place.0,
        "column": link.place.1,
        "target": link.target,
        "key": link.key,
        "path": link.path,
        "fragment": link.fragment,
        "text": link.text,
        "relation": link.relation,
        "verdict": link.verdict,
        "ladder": ladder.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "triples": triples(&link.triples),
    })
}

fn drawn((property, guess): &(String, Guessed)) -> Value {
    json!({ "property": property, "rule": guess.rule, "confidence": guess.confidence })
}

fn passage(passage: &ExplainedPassage) -> Value {
    json!({
        "lines": [passage.lines.0, passage.lines.1],
        "text": passage.text,
        "claim": passage.is_claim,
        "rule": passage.guess.as_ref().map(|guess| &guess.rule),
        "confidence": passage.guess.as_ref().map(|guess| guess.confidence),
        "sources": passage.sources,
        "triples": triples(&passage.triples),
    })
}

fn triples(triples: &[Triple]) -> Vec<String> {
    triples.iter().map(|triple| format!("{triple} .")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_a_line() {
        for (text, file, line) in [
            ("notes/a.md", "notes/a.md", None),
            ("notes/a.md:17", "notes/a.md", Some(17)),
            ("notes/a.md:17:4", "notes/a.md", Some(17)),
            ("notes/a:b.md", "notes/a:b.md", None),
        ] {
            assert_eq!(split(Path::new(text)), (file.into(), line), "{text}");
        }
        // A file that is there is meant, even where its name looks like a place.
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a.md:3");
        std::fs::write(&odd, "text").unwrap();
        assert_eq!(split(&odd), (odd.clone(), None));
        let mut more = odd.clone().into_os_string();
        more.push(":9");
        assert_eq!(split(Path::new(&more)), (odd, Some(9)));
    }
}
