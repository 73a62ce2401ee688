//! The notes that are written while things fail, made so that a note shows whether it is whole and how new it is.
//!
//! A note is two graphs and a setting that always change in one commit. Its content names the generation that wrote it,
//! and how many triples that generation has; its meta graph and the setting name the generation too.
//! Every fifth generation changes single triples of the meta graph and leaves the content alone.

use anyhow::{Context, Result, ensure};
use kenning_access::{Clearance, Scale};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
use oxrdf::{Literal, NamedNode, Term, Triple};
use std::collections::BTreeMap;
use std::path::Path;

/// A note: its writer and its number.
pub(crate) type Note = (u64, u64);

/// The newest generation of each note that was acknowledged.
pub(crate) type Acknowledged = BTreeMap<Note, u64>;

/// What was found after a fault.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) acknowledged: u64,
    pub(crate) lost: u64,
    pub(crate) torn: u64,
}

const LABELS: [&str; 4] = [
    "public",
    "internal",
    "confidential{hr|legal}",
    "restricted{board}",
];

fn node(text: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{text}"))
}

fn content_graph((writer, number): Note) -> NamedNode {
    node(&format!("graph/note/{writer}/{number}"))
}

fn meta_graph((writer, number): Note) -> NamedNode {
    node(&format!("graph/meta/{writer}/{number}"))
}

fn setting((writer, number): Note) -> String {
    format!("note/{writer}/{number}")
}

fn content(note: Note, generation: u64) -> Vec<Triple> {
    let count = 3 + (generation * 7 + note.1) % 60;
    (0..count)
        .map(|k| {
            let text = format!(
                "what generation {generation} says in sentence {k}, with {:?}",
                "x".repeat((k % 40) as usize)
            );
            Triple::new(
                content_graph(note),
                node(&format!("says/{}", k % 9)),
                Literal::new_simple_literal(text),
            )
        })
        .collect()
}

fn fact(note: Note, name: &str, number: u64) -> Triple {
    Triple::new(
        content_graph(note),
        node(name),
        Literal::new_simple_literal(number.to_string()),
    )
}

/// Which generation wrote the content that generation `generation` has.
fn content_of(generation: u64) -> u64 {
    if generation.is_multiple_of(5) && generation > 0 {
        generation - 1
    } else {
        generation
    }
}

/// The commit that makes generation `generation` of a note out of the one before it.
pub(crate) fn batch(note: Note, generation: u64) -> Result<Batch> {
    let mut batch = Batch::new();
    if content_of(generation) == generation {
        let label = Scale::default().parse_label(LABELS[(generation % 4) as usize])?;
        batch.put_graph(
            content_graph(note),
            label.clone(),
            content(note, generation),
        );
        let facts = [
            fact(note, "generation", generation),
            fact(note, "content", generation),
        ];
        batch.put_graph(meta_graph(note), label, facts);
    } else {
        batch.remove(meta_graph(note), fact(note, "generation", generation - 1));
        batch.insert(meta_graph(note), fact(note, "generation", generation));
    }
    batch.put_setting(setting(note), Some(generation.to_string().into_bytes()));
    Ok(batch)
}

/// The generation that is stored of a note.
pub(crate) fn generation(kb: &KnowledgeBase, note: Note) -> Result<Option<u64>> {
    let value = kb.setting(&setting(note))?;
    value
        .map(|value| Ok(String::from_utf8(value)?.parse()?))
        .transpose()
}

/// Opens the store and compares what is there with what was acknowledged.
pub(crate) fn check(directory: &Path, acknowledged: &Acknowledged) -> Result<Found> {
    let kb = KnowledgeBase::open(directory, Options::default())
        .context("the store cannot be opened after the fault")?;
    let damages = kb.verify()?.damages;
    ensure!(damages.is_empty(), "damaged: {damages:?}");
    let found = compare(&kb, acknowledged);
    // So that the next writer and the next check start from a copy of the index, and catch up.
    kb.copy_index();
    found
}

/// Compares what is there with what was acknowledged.
pub(crate) fn compare(kb: &KnowledgeBase, acknowledged: &Acknowledged) -> Result<Found> {
    let mut found = Found::default();
    let mut all = acknowledged.clone();
    for (key, _) in kb.settings("note/")? {
        let mut parts = key.split('/').skip(1).map(str::parse);
        if let (Some(Ok(writer)), Some(Ok(number))) = (parts.next(), parts.next()) {
            all.entry((writer, number)).or_insert(0);
        }
    }
    let view = kb.view(&Clearance::everything("a test looks at all of it"));
    let triples = |graph: &NamedNode| -> Result<Option<(String, Vec<String>)>> {
        let Some(info) = view.id(graph.as_ref().into()).and_then(|id| view.graph(id)) else {
            return Ok(None);
        };
        let mut lines = Vec::new();
        for quad in view.quads(Pattern::all(GraphPattern::One(info.id))) {
            let quad = quad?;
            let [subject, predicate, object] =
                [quad.subject, quad.predicate, quad.object].map(|id| view.term(id));
            lines.push(line(&subject, &predicate, &object));
        }
        lines.sort();
        Ok(Some((kb.scale().write_label(&info.label), lines)))
    };
    let lines = |triples: Vec<Triple>| -> Vec<String> {
        let mut lines: Vec<String> = triples
            .into_iter()
            .map(|triple| {
                line(
                    &triple.subject.into(),
                    &triple.predicate.into(),
                    &triple.object,
                )
            })
            .collect();
        lines.sort();
        lines
    };
    for (note, newest) in &all {
        found.acknowledged += newest;
        let stored = generation(kb, *note)?.unwrap_or(0);
        if stored < *newest {
            found.lost += newest - stored;
        }
        let wrote = content_of(stored);
        let label = LABELS[(wrote % 4) as usize].to_owned();
        let (should_content, should_meta) = if stored == 0 {
            (None, None)
        } else {
            let meta = vec![
                fact(*note, "generation", stored),
                fact(*note, "content", wrote),
            ];
            (
                Some((label.clone(), lines(content(*note, wrote)))),
                Some((label, lines(meta))),
            )
        };
        if triples(&content_graph(*note))? != should_content
            || triples(&meta_graph(*note))? != should_meta
        {
            found.torn += 1;
        }
    }
    Ok(found)
}

fn line(subject: &Term, predicate: &Term, object: &Term) -> String {
    format!("{subject} {predicate} {object}")
}
