//! Why the graph says what it says about a line of a note: what was understood, how links climbed the ladder, and the triples.

use std::fmt;

use kenning_note::{Content, Link, LinkTo};
use oxrdf::{NamedOrBlankNode, Term, Triple};

use crate::catalog::{Catalog, Wanting};
use crate::ladder::{Rung, Verdict};
use crate::relink::Relinker;
use crate::walk::walk;
use crate::wiki::Wiki;

/// What is known about one line of a note, or about all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Path of the note.
    pub path: String,
    /// Line that was asked for; `None` for the whole note.
    pub line: Option<u32>,
    /// The dialect by which the note was read.
    pub dialect: String,
    /// The label of the note as text.
    pub label: String,
    /// How that label came about, in words.
    pub because: String,
    /// The links on the line.
    pub links: Vec<ExplainedLink>,
    /// The claims and other passages of the line.
    pub passages: Vec<ExplainedPassage>,
    /// What is odd about the line.
    pub problems: Vec<String>,
}

/// A link and its way up the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedLink {
    /// Line and column, from 1.
    pub place: (u32, u32),
    /// The target as written.
    pub target: String,
    /// What became of it for those who read the text it stands in, in words.
    pub verdict: String,
    /// The rungs that found anything, with the paths of the notes they found, whoever may see those.
    pub ladder: Vec<(Rung, Vec<String>)>,
    /// Each edge: who sees it (a label as text), the path of the note it leads to, and the rung that found it.
    pub edges: Vec<(String, String, Rung)>,
    /// The triples that come of it.
    pub triples: Vec<Triple>,
}

/// A passage and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedPassage {
    /// First and last line.
    pub lines: (u32, u32),
    /// Its words.
    pub text: String,
    /// Whether it counts as a claim.
    pub is_claim: bool,
    /// The sources it cites, with their lines as written.
    pub sources: Vec<String>,
    /// The triples about it.
    pub triples: Vec<Triple>,
}

impl Wiki {
    /// Explains the note at `path`, or one line of it. `None` when there is no such note.
    ///
    /// The whole folder is looked at, because what a link means depends on it; what `known` still knows is not read again.
    /// The answer names notes whoever may see them: it is for whoever may open the files.
    #[must_use]
    pub fn explain(&self, known: &Catalog, path: &str, line: Option<u32>) -> Option<Explanation> {
        let path = path.trim_start_matches("./");
        let catalog = self.scan(known, &mut |_| ()).catalog;
        let entry = catalog.entries.get(path)?;
        let others = walk(&self.root, self.only.as_deref(), &self.settings.ignore).others;
        let mut relinker = Relinker::new(self, &catalog, &others);
        let (bytes, _) = crate::file::read(&self.root, path, self.largest).ok()?;
        let reading = kenning_note::read(&bytes, path, &self.reading);
        let mut note = reading.note;
        let decision = self.judge().decide(path, &entry.said);
        let mut explanation = Explanation {
            path: path.to_owned(),
            line,
            dialect: entry.dialect.clone(),
            label: entry.label().to_owned(),
            because: decision.because,
            links: Vec::new(),
            passages: Vec::new(),
            problems: Vec::new(),
        };
        let problems = [&entry.problems, &entry.label_problems, &entry.link_problems];
        for problem in problems.into_iter().flatten() {
            if line.is_none_or(|line| usize::try_from(line).is_ok_and(|line| problem.line == line))
            {
                explanation.problems.push(problem.to_string());
            }
        }
        entry.identity(path).clone_into(&mut note.path);
        let triples: Vec<Triple> = kenning_note::graphs(&note, self.name(), &self.base)
            .into_iter()
            .flat_map(|graph| graph.triples)
            .collect();
        let contents = std::iter::once(&note.content);
        let contents = contents.chain(note.sections.iter().map(|section| &section.content));
        let iri = self.base.note(self.name(), &note.path);
        for (content, unit) in contents.zip(&entry.units) {
            self.explain_passages(content, line, &iri, &triples, &mut explanation);
            for link in content.links.iter().filter(|link| is_on(link, line)) {
                let explained = relinker.explain(path, link, &unit.label, &note.path);
                explanation.links.extend(explained);
            }
        }
        Some(explanation)
    }

    fn explain_passages(
        &self,
        content: &Content,
        line: Option<u32>,
        note: &oxrdf::NamedNode,
        triples: &[Triple],
        explanation: &mut Explanation,
    ) {
        for passage in &content.passages {
            let lines = (passage.span.first_line, passage.span.last_line);
            if line.is_some_and(|line| line < lines.0 || line > lines.1) {
                continue;
            }
            let iri = self.base.passage(note, &passage.anchor);
            let sources = passage
                .citations
                .iter()
                .map(|citation| match citation.lines {
                    Some((from, to)) => format!("{} lines {from} to {to}", citation.source),
                    None => citation.source.to_string(),
                });
            explanation.passages.push(ExplainedPassage {
                lines,
                text: passage.text.clone(),
                is_claim: passage.is_claim,
                sources: sources.collect(),
                triples: triples
                    .iter()
                    .filter(|triple| mentions(triple, iri.as_str()))
                    .cloned()
                    .collect(),
            });
        }
    }
}

fn is_on(link: &Link, line: Option<u32>) -> bool {
    line.is_none_or(|line| link.place.line == line)
}

fn mentions(triple: &Triple, iri: &str) -> bool {
    matches!(&triple.subject, NamedOrBlankNode::NamedNode(node) if node.as_str() == iri)
        || matches!(&triple.object, Term::NamedNode(node) if node.as_str() == iri)
}

impl Relinker<'_> {
    /// The way of a link up the ladder; `None` for a link that looks for no note.
    fn explain(
        &mut self,
        path: &str,
        link: &Link,
        label: &str,
        identity: &str,
    ) -> Option<ExplainedLink> {
        let LinkTo::Name { key, path: to } = &link.to else {
            return None;
        };
        let wanting = Wanting {
            target: link.target.to_string(),
            path: to.as_deref().map(str::to_owned),
            key: key.to_string(),
            text: link.text.as_deref().map(str::to_owned),
            markdown: link.kind == kenning_note::LinkKind::Markdown,
            related: link.related,
            property: None,
            line: link.place.line,
            column: link.place.column,
        };
        let own = self.labels.read(label);
        let outcome = self.index.resolve(&wanting, path, own, &mut self.labels);
        let ladder = self.index.explain(&wanting, path).into_iter();
        let ladder = ladder.filter(|(_, notes)| !notes.is_empty());
        let paths = |notes: &[u32]| -> Vec<String> {
            notes
                .iter()
                .map(|note| self.index.path(*note).to_owned())
                .collect()
        };
        let mut triples = Vec::new();
        for edge in &outcome.edges {
            triples.extend(self.triples(identity, &wanting, edge));
        }
        let edges = outcome.edges.iter().map(|edge| {
            let label = self.labels.text(edge.label).to_owned();
            (label, self.index.path(edge.target).to_owned(), edge.rung)
        });
        Some(ExplainedLink {
            place: (link.place.line, link.place.column),
            target: link.target.to_string(),
            verdict: match &outcome.verdict {
                Verdict::Resolved => "it has one meaning".to_owned(),
                Verdict::Ambiguous(rung, _) => {
                    format!(
                        "several notes are found by {}; none is taken",
                        rung.in_words()
                    )
                }
                Verdict::Wanted if outcome.edges.is_empty() => "no note answers to it".to_owned(),
                Verdict::Wanted => "only those who see more find a note".to_owned(),
            },
            edges: edges.collect(),
            ladder: ladder.map(|(rung, notes)| (rung, paths(&notes))).collect(),
            triples,
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => writeln!(f, "{}:{line}", self.path)?,
            None => writeln!(f, "{}", self.path)?,
        }
        writeln!(
            f,
            "read as {}; label `{}`: {}",
            self.dialect, self.label, self.because
        )?;
        for link in &self.links {
            write!(f, "\n{link}")?;
        }
        for passage in &self.passages {
            write!(f, "\n{passage}")?;
        }
        if self.links.is_empty() && self.passages.is_empty() {
            writeln!(f, "\nno link and no passage was found here")?;
        }
        for problem in &self.problems {
            writeln!(f, "\nproblem: {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place;
        writeln!(
            f,
            "link `{}` at {line}:{column}: {}",
            self.target, self.verdict
        )?;
        for (rung, notes) in &self.ladder {
            writeln!(f, "  by {}: {}", rung.in_words(), notes.join(", "))?;
        }
        for (label, path, _) in &self.edges {
            writeln!(f, "  for readers of `{label}`: {path}")?;
        }
        for triple in &self.triples {
            writeln!(f, "  {triple}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedPassage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_claim { "claim" } else { "passage" };
        let (first, last) = self.lines;
        writeln!(f, "{kind} of lines {first} to {last}: {}", self.text)?;
        for source in &self.sources {
            writeln!(f, "  rests on {source}")?;
        }
        for triple in &self.triples {
            writeln!(f, "  {triple}")?;
        }
        Ok(())
    }
}
