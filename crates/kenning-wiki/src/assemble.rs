//! From what a note says, its label and its links to its graphs, and to what changes in them.

use std::collections::BTreeMap;

use kenning_access::Label;
use kenning_note::{Note, Part, Sink};
use oxrdf::{NamedNode, Triple};

use crate::catalog::{Entry, Graph, GraphKind};
use crate::change::GraphChange;
use crate::floors::ByLabel;
use crate::label::{Decision, Judge, Said};
use crate::packed::{Packer, Triples};
use crate::problem::Located;
use crate::rules::Rules;
use crate::statements::Statements;
use crate::triples::{Minter, sorted};
use crate::wiki::Wiki;

/// A graph as it should be: which, for whom, and what is in it.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) kind: GraphKind,
    pub(crate) label: Label,
    pub(crate) triples: Triples,
}

impl Made {
    pub(crate) fn new(kind: GraphKind, label: Label, triples: Vec<Triple>) -> Self {
        Self::packed(kind, label, triples.into_iter().collect())
    }

    fn packed(kind: GraphKind, label: Label, triples: Triples) -> Self {
        Self {
            kind,
            label,
            triples,
        }
    }
}

/// Puts graphs together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembler<'w> {
    wiki: &'w Wiki,
    judge: Judge<'w>,
    minter: Minter<'w>,
}

impl<'w> Assembler<'w> {
    pub(crate) fn new(wiki: &'w Wiki) -> Self {
        Self {
            wiki,
            judge: wiki.judge(),
            minter: wiki.minter(),
        }
    }

    /// The label of each part of a note as text, and what is wrong with what is said about them.
    pub(crate) fn labels(&self, path: &str, entry: &Entry) -> (Vec<String>, Vec<Located>) {
        let (texts, _, problems) = self.decide(path, entry);
        (texts, problems)
    }

    /// How the label of each part of a note came about, in words.
    pub(crate) fn reasons(&self, path: &str, entry: &Entry) -> Vec<String> {
        self.decide(path, entry).1
    }

    fn decide(&self, path: &str, entry: &Entry) -> (Vec<String>, Vec<String>, Vec<Located>) {
        let mut reasons = Vec::new();
        let scale = self.wiki.rules.scale();
        let mut problems = Vec::new();
        let mut take = |decision: &Decision, said: &Said| {
            for text in &decision.problems {
                let mut problem = Located::file(path, "protection", text.clone());
                problem.line = usize::try_from(said.line).unwrap_or(0);
                problem.column = usize::try_from(said.column).unwrap_or(0);
                problems.push(problem);
            }
            reasons.push(decision.because.clone());
            scale.write_label(&decision.label)
        };
        let own = self.judge.decide(path, &entry.said);
        let mut texts = vec![take(&own, &entry.said)];
        let mut labels = vec![own.label];
        for unit in entry.units.iter().skip(1) {
            let said = unit.said.clone().unwrap_or_default();
            // What a section stands in comes before it.
            let outer = labels.get(unit.within).cloned();
            let outer = outer.unwrap_or_else(Label::closed);
            let decision = self.judge.decide_section(&outer, &said);
            texts.push(take(&decision, &said));
            labels.push(decision.label);
        }
        (texts, reasons, problems)
    }

    /// Writes the label of each part of a note into its entry, and what is wrong with what is said about them.
    pub(crate) fn label_all(&self, path: &str, entry: &mut Entry) {
        let (labels, problems) = self.labels(path, entry);
        for (unit, label) in entry.units.iter_mut().zip(labels) {
            unit.label = label;
        }
        entry.label_problems = problems;
    }

    fn label(&self, text: &str) -> Label {
        let label = self.wiki.rules.scale().parse_label(text);
        label.unwrap_or_else(|_| Label::closed())
    }

    /// The graphs of what a note says itself.
    pub(crate) fn made(&self, entry: &Entry, note: &Note) -> Vec<Made> {
        let Minter { base, wiki } = self.minter;
        let mut made: Vec<Made> = Vec::with_capacity(note.sections.len() + 3);
        let sections = note.sections.iter().enumerate();
        let sections = sections.map(|(place, section)| (Part::Section(place), Some(&section.name)));
        let parts = std::iter::once((Part::Note, None)).chain(sections);
        for ((part, section), unit) in parts.zip(&entry.units) {
            let (section, label) = (section.cloned(), self.label(&unit.label));
            if self.wiki.rules.predicate_floors.is_empty() {
                let mut packer = Packer::default();
                kenning_note::write(note, part, wiki, base, &mut packer);
                let kind = section.map_or(GraphKind::Note, GraphKind::Section);
                made.push(Made::packed(kind, label, packer.finish()));
            } else {
                let mut triples = Vec::new();
                kenning_note::write(note, part, wiki, base, &mut triples);
                self.divide(section, label, triples, &mut made);
            }
        }
        made
    }

    /// The graph of the facts about a note. It stays whole: a floor of one of its properties raises all of it.
    pub(crate) fn meta(&self, path: &str, entry: &Entry) -> Made {
        let own = self.label(entry.label());
        let mut triples = Vec::with_capacity(12);
        self.write_meta(path, entry, &own, &mut triples);
        let floors = &self.wiki.rules.predicate_floors;
        let label = floors.whole(own, &triples, self.minter.base);
        Made::new(GraphKind::Meta, label, triples)
    }

    fn write_meta(&self, path: &str, entry: &Entry, label: &Label, sink: &mut dyn Sink) {
        let identity = entry.identity(path);
        self.minter.meta(path, identity, entry, sink);
        let scale = self.wiki.rules.scale();
        self.minter.level(identity, scale, label, sink);
    }

    /// The triples of [`Assembler::meta`], where no property has a floor.
    pub(crate) fn meta_into(&self, path: &str, entry: &Entry, sink: &mut dyn Sink) {
        self.write_meta(path, entry, &self.label(entry.label()), sink);
    }

    /// All graphs of a note that was read, and what changes against `old`: what was known of it, and where it lay.
    pub(crate) fn assemble(
        &self,
        path: &str,
        entry: &mut Entry,
        mut made: Vec<Made>,
        links: Vec<Made>,
        old: Option<(&str, &Entry)>,
    ) -> Vec<GraphChange> {
        let identity = entry.identity(path).to_owned();
        made.push(self.meta(path, entry));
        made.extend(links);
        let known: &[Graph] = old.map_or(&[], |(_, old)| &old.graphs);
        let was = old.map_or(identity.as_str(), |(was, old)| old.identity(was));
        let (graphs, changes) = self.compare(&identity, known, was, made);
        entry.graphs = graphs;
        changes
    }

    /// The graphs of a note that was not read, of which the links or the history may say something else now.
    pub(crate) fn renewed(
        &self,
        path: &str,
        entry: &mut Entry,
        links: Vec<Made>,
    ) -> Vec<GraphChange> {
        let identity = entry.identity(path).to_owned();
        let (old, mut rest): (Vec<Graph>, Vec<Graph>) = std::mem::take(&mut entry.graphs)
            .into_iter()
            .partition(|graph| matches!(graph.kind, GraphKind::Links | GraphKind::Meta));
        let mut made = vec![self.meta(path, entry)];
        made.extend(links);
        let (graphs, changes) = self.compare(&identity, &old, &identity, made);
        rest.extend(graphs);
        entry.graphs = rest;
        changes
    }

    /// Takes statements apart that may not be seen by all who see the rest.
    fn divide(
        &self,
        section: Option<String>,
        label: Label,
        triples: Vec<Triple>,
        made: &mut Vec<Made>,
    ) {
        let rules = &self.wiki.rules;
        let mut apart = ByLabel::new();
        let rest = rules.predicate_floors.divide(
            &label,
            triples,
            self.minter.base,
            rules.scale(),
            &mut apart,
        );
        let origin = section.clone().unwrap_or_default();
        let kind = section.map_or(GraphKind::Note, GraphKind::Section);
        made.push(Made::new(kind, label, rest));
        for (text, (label, triples)) in apart {
            let kind = GraphKind::Apart(origin.clone(), text);
            made.push(Made::new(kind, label, triples));
        }
    }

    /// What is stored from now on, and what has to change for it.
    fn compare(
        &self,
        identity: &str,
        known: &[Graph],
        was: &str,
        made: Vec<Made>,
    ) -> (Vec<Graph>, Vec<GraphChange>) {
        let scale = self.wiki.rules.scale();
        let mut before: BTreeMap<String, &Graph> = known
            .iter()
            .map(|graph| {
                let name = self.minter.graph(was, &graph.kind, &graph.label);
                (name.into_string(), graph)
            })
            .collect();
        let mut graphs = Vec::new();
        let mut changes = Vec::new();
        for made in made {
            let Made {
                kind,
                label,
                triples,
            } = made;
            let text = scale.write_label(&label);
            let name = self.minter.graph(identity, &kind, &text);
            let graph = Graph {
                kind,
                label: text,
                digest: triples.digest(),
            };
            let same = before
                .remove(name.as_str())
                .is_some_and(|known| known.label == graph.label && known.digest == graph.digest);
            if !same {
                changes.push(GraphChange {
                    name,
                    put: Some((label, triples)),
                });
            }
            graphs.push(graph);
        }
        for name in before.into_keys() {
            changes.push(GraphChange {
                name: NamedNode::new_unchecked(name),
                put: None,
            });
        }
        (graphs, changes)
    }
}

/// Whether two states of a note differ in what their links mean, if at all.
pub(crate) fn only_links(old: &Entry, new: &Entry) -> bool {
    let rest = |entry: &Entry| -> Vec<Graph> {
        let graphs = entry.graphs.iter();
        graphs
            .filter(|graph| graph.kind != GraphKind::Links)
            .cloned()
            .collect()
    };
    rest(old) == rest(new)
}

/// Link graphs from edges: one for each label, with what makes it name itself. What a typed link says has its property's floor.
pub(crate) fn link_graphs(
    minter: Minter<'_>,
    rules: &Rules,
    identity: &str,
    edges: ByLabel,
) -> Vec<Made> {
    let mut apart = ByLabel::new();
    let mut all = ByLabel::new();
    for (text, (label, triples)) in edges {
        let rest =
            rules
                .predicate_floors
                .divide(&label, triples, minter.base, rules.scale(), &mut apart);
        all.insert(text, (label, rest));
    }
    for (text, (label, triples)) in apart {
        let part = all.entry(text).or_insert_with(|| (label, Vec::new()));
        part.1.extend(triples);
    }
    all.into_iter()
        .filter(|(_, (_, triples))| !triples.is_empty())
        .map(|(text, (label, mut triples))| {
            let mut head = Statements::default();
            minter.links_head(identity, &text, &mut head);
            triples.extend(head.triples());
            sorted(&mut triples);
            Made::new(GraphKind::Links, label, triples)
        })
        .collect()
}
