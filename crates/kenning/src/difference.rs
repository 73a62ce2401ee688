//! `kenning sync --dry-run`: what a sync would change, as the difference of two sets of labelled graphs.
//!
//! Each line is a quad in N-Quads after `+` or `-`, and each graph whose label changes has a line after `@`. With `--json` each of
//! these is an object on a line of its own. Lines are in order, so that equal differences are equal bytes.

use crate::site::Site;
use anyhow::Result;
use kenning_access::{Clearance, Label};
use kenning_server::Line;
use kenning_store::{GraphPattern, Pattern, View};
use kenning_vocab::Base;
use kenning_wiki::Triples;
use oxrdf::{NamedNode, TermRef};
use serde_json::json;
use std::collections::BTreeSet;

/// What changed in numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) graphs: u64,
    pub(crate) added: u64,
    pub(crate) removed: u64,
}

/// Compares graphs as they would be with what is stored.
pub(crate) struct Difference<'d> {
    site: &'d Site,
    view: View,
    json: bool,
    report: &'d mut dyn FnMut(Line),
    pub(crate) counts: Counts,
}

impl<'d> Difference<'d> {
    pub(crate) fn new(site: &'d Site, json: bool, report: &'d mut dyn FnMut(Line)) -> Self {
        let everything =
            Clearance::everything("a dry run compares all graphs of a wiki with its files");
        Self {
            view: site.kb.view(&everything),
            site,
            json,
            report,
            counts: Counts::default(),
        }
    }

    /// Reports how the graph `name` would change; `put` is what it would be, and `None` that it would be dropped.
    pub(crate) fn graph(&mut self, name: &NamedNode, put: Option<&(Label, Triples)>) -> Result<()> {
        let known = self
            .view
            .id(TermRef::NamedNode(name.as_ref()))
            .and_then(|id| self.view.graph(id));
        let mut before = BTreeSet::new();
        if let Some(graph) = &known {
            for quad in self.view.quads(Pattern::all(GraphPattern::One(graph.id))) {
                let quad = quad?;
                let [subject, predicate, object] =
                    [quad.subject, quad.predicate, quad.object].map(|id| self.view.term(id));
                before.insert(format!("{subject} {predicate} {object}"));
            }
        }
        let after = put.map(|(_, triples)| triples.iter().map(|triple| triple.to_string()));
        let after: BTreeSet<String> = after.into_iter().flatten().collect();
        let labels = [
            known.map(|graph| graph.label),
            put.map(|(label, _)| label.clone()),
        ];
        let [was, is] =
            labels.map(|label| label.map(|label| self.site.kb.scale().write_label(&label)));
        let removed: Vec<&String> = before.difference(&after).collect();
        let added: Vec<&String> = after.difference(&before).collect();
        if was == is && removed.is_empty() && added.is_empty() {
            return Ok(());
        }
        self.counts.graphs += 1;
        self.counts.removed += removed.len() as u64;
        self.counts.added += added.len() as u64;
        let mut text = String::new();
        if was != is {
            text.push_str(&self.label(name, was.as_deref(), is.as_deref()));
        }
        for (sign, what, triples) in [('-', "remove", removed), ('+', "add", added)] {
            for triple in triples {
                let quad = format!("{triple} {name} .");
                if self.json {
                    text.push_str(&json!({ "change": what, "quad": quad }).to_string());
                } else {
                    text.push(sign);
                    text.push(' ');
                    text.push_str(&quad);
                }
                text.push('\n');
            }
        }
        (self.report)(Line::Output { text });
        Ok(())
    }

    fn label(&self, name: &NamedNode, was: Option<&str>, is: Option<&str>) -> String {
        if self.json {
            let line =
                json!({ "change": "label", "graph": name.as_str(), "before": was, "after": is });
            return format!("{line}\n");
        }
        let text = |label: Option<&str>| label.unwrap_or("none").to_owned();
        format!("@ {name} {} -> {}\n", text(was), text(is))
    }
}

/// Whether a graph was made from a note of the wiki called `wiki`.
pub(crate) fn belongs(base: &Base, wiki: &str, graph: &NamedNode) -> bool {
    use kenning_vocab::Minted;
    match base.read(graph.as_str()) {
        Some(
            Minted::NoteGraph { wiki: of, .. }
            | Minted::SectionGraph { wiki: of, .. }
            | Minted::LinksGraph { wiki: of, .. }
            | Minted::MetaGraph { wiki: of, .. },
        ) => of == wiki,
        _ => false,
    }
}
