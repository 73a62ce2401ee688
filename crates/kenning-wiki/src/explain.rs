//! Why the graph says what it says about a line of a note: what was understood, how links climbed the ladder, and the triples.

mod line;

use std::fmt;
use std::path::PathBuf;

use kenning_note::{Content, Link, LinkKind, LinkTo, Note, Stated};
use oxrdf::{NamedOrBlankNode, Triple};

use crate::assemble::Assembler;
use crate::catalog::{Catalog, Entry, Unit, Wanting};
use crate::ladder::{NoteId, Rung, Verdict};
use crate::memory::{Memory, Touched};
use crate::problem::Guessed;
use crate::relink::Relinker;
use crate::wiki::Wiki;
use line::{Relations, is_on, lines_of, mentions, said_again, without_line};

/// What is known about one line of a note, or about all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Path of the note.
    pub path: String,
    /// The folder of the wiki, in which links look for their notes.
    pub folder: PathBuf,
    /// Line that was asked for; `None` for the whole note.
    pub line: Option<u32>,
    /// How many lines the note has.
    pub lines: u32,
    /// The dialect by which the note was read.
    pub dialect: String,
    /// What speaks for that dialect.
    pub evidence: Vec<String>,
    /// The label of the note as text.
    pub label: String,
    /// How that label came about, in words.
    pub because: String,
    /// The protected sections that the line stands in, or all of the note: lines, label as text, and how it came about.
    pub sections: Vec<((u32, u32), String, String)>,
    /// Of which notes the note is a translation. Empty where a line was asked for.
    pub translations: Vec<Translation>,
    /// The links on the line.
    pub links: Vec<ExplainedLink>,
    /// The claims and other passages of the line.
    pub passages: Vec<ExplainedPassage>,
    /// What else comes of the line: what its key, field or item says. Empty where no line was asked for.
    pub rest: Vec<Triple>,
    /// What is odd about the line.
    pub problems: Vec<String>,
    /// What rules of thumb drew from the line, or from the text of the note: which property each.
    pub drawn: Vec<(String, Guessed)>,
}

/// A link and its way up the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedLink {
    /// Line and column, from 1.
    pub place: (u32, u32),
    /// The target as written.
    pub target: String,
    /// The folded name for which it was taken: the key of its IRI.
    pub key: String,
    /// The path in the wiki, where it is written as one.
    pub path: Option<String>,
    /// The heading or block inside the target.
    pub fragment: Option<String>,
    /// The words a reader sees, where they differ from the target.
    pub text: Option<String>,
    /// The key, field or list item that gives it its meaning, as written.
    pub relation: Option<String>,
    /// What became of it for those who read the text it stands in, in words.
    pub verdict: String,
    /// The rungs that found anything, surest first, with the notes they found, whoever may see those.
    pub ladder: Vec<(Rung, Vec<Candidate>)>,
    /// Each edge: who sees it (a label as text), the path of the note it leads to, and the rung that found it.
    pub edges: Vec<(String, String, Rung)>,
    /// The triples that come of it: what the note says by it, and then what it resolves to.
    pub triples: Vec<Triple>,
}

/// A note of which another is a translation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Translation {
    /// Its path.
    pub path: String,
    /// Whose readers know it: a label as text.
    pub label: String,
    /// What is said of it.
    pub triples: Vec<Triple>,
}

/// A note that a rung found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Candidate {
    /// Its path.
    pub path: String,
    /// Its label as text.
    pub label: String,
    /// Whether the link leads to it, for some readers at least.
    pub won: bool,
}

/// A passage and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedPassage {
    /// First and last line.
    pub lines: (u32, u32),
    /// Its words.
    pub text: String,
    /// The rule of thumb that took it for a claim, where it does not say so itself.
    pub guess: Option<Guessed>,
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
        let mut memory = Memory::new();
        let scan = self.scan_with(known, &mut memory, &Touched::Anything, &mut |_| ());
        let entry = scan.catalog.entries.get(path)?;
        memory.follow(self, &scan.catalog);
        let walk = memory.walk.take().unwrap_or_default();
        let readers = self.readers(&walk);
        let labelled = self.handing_down(&walk, &readers, &scan.catalog);
        let mut relinker = Relinker::new(self, &memory.linked, &walk.others);
        let (bytes, _) = crate::file::read(&self.root, path, self.largest).ok()?;
        let mut note = kenning_note::read(&bytes, path, readers.of(path)).note;
        let decision = labelled.judge().decide(path, &entry.said);
        let mut problems = Vec::new();
        for problem in &scan.problems {
            let here = |line: u32| usize::try_from(line).is_ok_and(|line| problem.line == line);
            if problem.path == path && line.is_none_or(here) {
                problems.push(problem.to_string());
            }
        }
        note.identity.clone_from(&entry.identity);
        let mut explanation = Explanation {
            path: path.to_owned(),
            folder: self.root.clone(),
            line,
            lines: lines_of(&bytes),
            dialect: entry.dialect.clone(),
            evidence: readers.evidence(path, &entry.dialect),
            label: entry.label().to_owned(),
            because: decision.because,
            sections: labelled.sections(path, &note, entry, line),
            translations: Vec::new(),
            links: Vec::new(),
            passages: Vec::new(),
            rest: Vec::new(),
            problems,
            drawn: Vec::new(),
        };
        for found in &note.extracted {
            if line.is_none_or(|line| found.place.line == line) {
                let guess = Guessed::by(found.rule, found.confidence);
                explanation.drawn.push((found.property.to_owned(), guess));
            }
        }
        if line.is_none() {
            explanation.translations = relinker.explain_translations(path, entry);
        }
        let graphs = kenning_note::graphs(&note, self.name(), &self.base);
        let contents = std::iter::once(&note.content);
        let contents = contents.chain(note.sections.iter().map(|section| &section.content));
        let iri = self.base.note(self.name(), entry.identity(path));
        let passage = format!("{}#p=", iri.as_str());
        let relations = Relations::of(&note, &self.base);
        let home = readers.manner(path).home;
        for ((content, unit), graph) in contents.zip(&entry.units).zip(&graphs) {
            let triples = &graph.triples;
            let shown = explanation.passages.len();
            self.explain_passages(content, line, &iri, triples, &mut explanation);
            // Another passage may have the same link.
            let shown = explanation.passages.get(shown..).unwrap_or_default();
            let shown = shown.iter().flat_map(|passage| &passage.triples);
            let shown: Vec<Triple> = shown.cloned().collect();
            let is_here = |said: &&Triple| match &said.subject {
                NamedOrBlankNode::NamedNode(node) if node.as_str().starts_with(&passage) => {
                    shown.contains(said)
                }
                _ => true,
            };
            let format = note.format;
            let redirect = note.redirects_to.iter();
            let redirect = redirect.filter(|_| std::ptr::eq(content, &note.content));
            let links = content.links.iter().chain(redirect);
            for link in links.filter(|link| is_on(link, line, format, &bytes)) {
                let own = home.and_then(|home| home.link(link, path));
                let meant = own.as_ref().unwrap_or(link);
                let explained = relinker.explain(path, meant, unit, entry, &relations);
                // An address at which there is no note is that of something else.
                let explained = explained.filter(|found| own.is_none() || !found.ladder.is_empty());
                let Some(mut explained) = explained else {
                    continue;
                };
                let name = self.base.name(&explained.key);
                let said = triples.iter().filter(|said| mentions(said, name.as_str()));
                let said = said.filter(is_here);
                let said = said.filter(|said| line.is_none() || relations.says(link, said));
                let mut said: Vec<Triple> = said.cloned().collect();
                said.append(&mut explained.triples);
                explained.triples = said;
                explanation.links.push(explained);
            }
        }
        if let Some(without) = line.and_then(|line| without_line(&bytes, line)) {
            let mut without = kenning_note::read(&without, path, readers.of(path)).note;
            without.identity.clone_from(&entry.identity);
            // A line without which the note cannot be read tells nothing by its absence.
            if matches!(without.protection, Stated::Unreadable { .. })
                == matches!(note.protection, Stated::Unreadable { .. })
            {
                let again = said_again(&note, &without, &graphs, &self.base);
                let without = kenning_note::graphs(&without, self.name(), &self.base);
                explanation.rest = explanation.rest_of(&graphs, &without, &again, &self.base);
            }
        }
        Some(explanation)
    }

    fn sections(
        &self,
        path: &str,
        note: &Note,
        entry: &Entry,
        line: Option<u32>,
    ) -> Vec<((u32, u32), String, String)> {
        let reasons = Assembler::new(self).reasons(path, entry);
        let sections = note.sections.iter().zip(entry.units.iter().skip(1));
        let mut found = Vec::new();
        for ((section, unit), because) in sections.zip(reasons.into_iter().skip(1)) {
            let lines = (section.span.first_line, section.span.last_line);
            if line.is_none_or(|line| (lines.0..=lines.1).contains(&line)) {
                found.push((lines, unit.label.clone(), because));
            }
        }
        found
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
                guess: passage
                    .guessed_by()
                    .map(|(rule, confidence)| Guessed::by(rule, confidence)),
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

impl Relinker<'_> {
    fn explain_translations(&mut self, path: &str, entry: &Entry) -> Vec<Translation> {
        let originals = self.originals(path, entry, &mut Vec::new());
        let mut found = Vec::new();
        for (label, note) in originals {
            let triples = self.is_made_from(path, entry, note);
            found.push(Translation {
                path: self.linked.index.path(note).to_owned(),
                label: self.labels.text(label).to_owned(),
                triples,
            });
        }
        found.sort_by(|one, other| (&one.path, &one.label).cmp(&(&other.path, &other.label)));
        found
    }

    /// The way of a link up the ladder; `None` for a link that looks for no note.
    fn explain(
        &mut self,
        path: &str,
        link: &Link,
        unit: &Unit,
        entry: &Entry,
        relations: &Relations,
    ) -> Option<ExplainedLink> {
        let (key, to) = match &link.to {
            LinkTo::Name { key, path } => (key.to_string(), path.as_deref()),
            LinkTo::Block(name) => (name.to_string(), None),
            _ => return None,
        };
        let markdown = link.kind == LinkKind::Markdown;
        let same =
            |wanting: &&Wanting| wanting.target == *link.target && wanting.markdown == markdown;
        let wanting = unit.links.iter().find(same)?;
        let own = self.labels.read(&unit.label);
        let index = &self.linked.index;
        let outcome = index.resolve(wanting, path, own, &mut self.labels);
        let candidate = |labels: &crate::labels::Labels, note: NoteId| Candidate {
            path: index.path(note).to_owned(),
            label: labels.text(index.label(note)).to_owned(),
            won: outcome.edges.iter().any(|edge| edge.target == note),
        };
        let mut ladder = Vec::new();
        for (rung, notes) in index.explain(wanting, path) {
            let notes = notes.into_iter().map(|note| candidate(&self.labels, note));
            let notes: Vec<Candidate> = notes.collect();
            if !notes.is_empty() {
                ladder.push((rung, notes));
            }
        }
        let own_wanting = relations.own(link, wanting);
        let mut triples = Vec::new();
        let mut edges = Vec::new();
        for edge in &outcome.edges {
            triples.extend(self.triples(path, entry, &own_wanting, edge));
            let label = self.labels.text(edge.label).to_owned();
            edges.push((label, index.path(edge.target).to_owned(), edge.rung));
        }
        edges.sort();
        crate::triples::sorted(&mut triples);
        Some(ExplainedLink {
            place: (link.place.line, link.place.column),
            target: link.target.to_string(),
            key,
            path: to.map(ToString::to_string),
            fragment: link.fragment.as_deref().map(ToString::to_string),
            text: link.text.as_deref().map(ToString::to_string),
            relation: link.relation.as_deref().map(ToString::to_string),
            verdict: match &outcome.verdict {
                Verdict::Resolved => "it has one meaning".to_owned(),
                Verdict::Ambiguous(rung, _) => {
                    format!(
                        "several notes are found by {}, and none is taken",
                        rung.in_words()
                    )
                }
                Verdict::Wanted if outcome.edges.is_empty() => "no note answers to it".to_owned(),
                Verdict::Wanted => "only those who see more find a note".to_owned(),
            },
            edges,
            ladder,
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
            "in the wiki {}\nread as {}: {}\nlabel `{}`: {}",
            self.folder.display(),
            self.dialect,
            self.evidence.join("; "),
            self.label,
            self.because
        )?;
        for ((first, last), label, because) in &self.sections {
            writeln!(
                f,
                "lines {first} to {last} are protected, label `{label}`: {because}"
            )?;
        }
        for original in &self.translations {
            let Translation { path, label, .. } = original;
            writeln!(f, "\na translation of {path}, for readers of `{label}`")?;
            for triple in &original.triples {
                writeln!(f, "  {triple} .")?;
            }
        }
        for (property, guess) in &self.drawn {
            writeln!(f, "\nthe {property} is drawn from the text{guess}")?;
        }
        for link in &self.links {
            write!(f, "\n{link}")?;
        }
        for passage in &self.passages {
            write!(f, "\n{passage}")?;
        }
        if !self.rest.is_empty() {
            writeln!(f, "\nwhat else comes of the line")?;
        }
        for triple in &self.rest {
            writeln!(f, "  {triple} .")?;
        }
        let parts = self.links.len() + self.passages.len() + self.rest.len();
        let is_there = self
            .line
            .is_none_or(|line| (1..=self.lines).contains(&line));
        match self.lines {
            1 if !is_there => writeln!(f, "\nthere is no such line: the note has 1 line")?,
            lines if !is_there => {
                writeln!(f, "\nthere is no such line: the note has {lines} lines")?;
            }
            _ if parts + self.drawn.len() == 0 => writeln!(f, "\nnothing was found here")?,
            _ => {}
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
        write!(f, "  understood as the name `{}`", self.key)?;
        if let Some(path) = &self.path {
            write!(f, ", written as the path `{path}`")?;
        }
        if let Some(fragment) = &self.fragment {
            write!(f, ", the part `{fragment}` of it")?;
        }
        if let Some(relation) = &self.relation {
            write!(f, ", joined by `{relation}`")?;
        }
        writeln!(f)?;
        let mut shown: Vec<&Candidate> = Vec::new();
        for (rung, notes) in &self.ladder {
            // What a surer rung has found is found by most of the others, too.
            if notes.iter().all(|note| shown.contains(&note)) {
                continue;
            }
            writeln!(f, "  by {}:", rung.in_words())?;
            for note in notes {
                let fate = if note.won { "taken" } else { "not taken" };
                writeln!(f, "    {} (`{}`), {fate}", note.path, note.label)?;
            }
            shown.extend(notes);
        }
        for (label, path, rung) in &self.edges {
            let way = rung.in_words();
            writeln!(f, "  readers of `{label}` find {path} by {way}")?;
        }
        for triple in &self.triples {
            writeln!(f, "  {triple} .")?;
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedPassage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_claim { "claim" } else { "passage" };
        let (first, last) = self.lines;
        let guess = self.guess.as_ref();
        let guess = guess.map_or(String::new(), ToString::to_string);
        if first == last {
            writeln!(f, "{kind} of line {first}{guess}: {}", self.text)?;
        } else {
            writeln!(f, "{kind} of lines {first} to {last}{guess}: {}", self.text)?;
        }
        for source in &self.sources {
            writeln!(f, "  rests on {source}")?;
        }
        for triple in &self.triples {
            writeln!(f, "  {triple} .")?;
        }
        Ok(())
    }
}
