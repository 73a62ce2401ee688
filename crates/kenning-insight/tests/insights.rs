//! Audits, experts, losses, advice and records over data made to mislead them, at several clearances.
//!
//! Blocks: `audit CLEARANCE`, `experts CLEARANCE TOPIC`, `loss CLEARANCE [PERSON…]`, `advice CLEARANCE TOPIC`,
//! `record LABEL KIND FIELD=VALUE…`, with `_` for spaces; see `common` for the rest.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use common::TODAY;
use kenning_access::{Clearance, Groups, Label};
use kenning_insight::audit::{Audit, History, audit};
use kenning_insight::record::{Draft, Recorder, record};
use kenning_insight::{Context, advice, experts, loss};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Pattern, View};
use kenning_vocab::{km, rdf};
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};

fn context() -> Context {
    Context::new(TODAY.parse().unwrap())
}

fn view(kb: &KnowledgeBase, level: &str) -> View {
    let level = kb.scale().parse_level(level).unwrap();
    kb.view(&Clearance::new(level, Groups::none()))
}

/// Findings in the order of their kinds, and the four modes.
fn told(audit: &Audit) -> String {
    let mut out = String::new();
    let mut findings: Vec<_> = audit.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.kind, finding.what.clone(), finding.id.clone()));
    for finding in findings {
        let new = match finding.is_new {
            Some(true) => " NEW",
            _ => "",
        };
        let who = finding
            .responsible
            .as_ref()
            .map_or_else(String::new, |who| format!(" [{who}]"));
        writeln!(
            out,
            "{}{new}: {}: {}{who}",
            finding.kind.name(),
            finding.what,
            finding.detail
        )
        .unwrap();
    }
    for mode in audit.figures.modes.iter().filter(|mode| mode.events > 0) {
        writeln!(out, "{} {} in {} h", mode.name, mode.events, mode.hours).unwrap();
    }
    writeln!(
        out,
        "{} notes, {} people, {} topics, {} unlabelled",
        audit.figures.notes, audit.figures.people, audit.figures.topics, audit.figures.unlabelled
    )
    .unwrap();
    out
}

fn look(kb: &KnowledgeBase, level: &str, history: Option<&History>) -> Audit {
    audit(&view(kb, level), level, kb.scale(), history, &context()).unwrap()
}

fn answer(kb: &KnowledgeBase, words: &[&str]) -> String {
    let spaced: Vec<String> = words.iter().map(|word| word.replace('_', " ")).collect();
    let level = words[1];
    let rest = &spaced[2..];
    let table =
        |answer: Result<kenning_insight::Answer, kenning_insight::InsightError>| match answer {
            Ok(answer) => answer.to_table(),
            Err(error) => format!("error: {error}\n"),
        };
    match words[0] {
        "audit" => told(&look(kb, level, None)),
        "experts" => table(experts(&view(kb, level), &rest[0], &context())),
        "loss" => table(loss(&view(kb, level), rest, &context())),
        "advice" => table(advice(&view(kb, level), &rest[0], &context())),
        "record" => recorded(kb, &view(kb, "restricted"), level, rest),
        other => panic!("`{other}` is no kind of block"),
    }
}

fn recorded(kb: &KnowledgeBase, view: &View, label: &str, rest: &[String]) -> String {
    let label = kb.scale().parse_label(label).unwrap();
    let mut draft = Draft {
        kind: rest[0].clone(),
        ..Draft::default()
    };
    for pair in &rest[1..] {
        match pair.split_once('=') {
            Some((field, value)) => draft
                .fields
                .entry(field.to_owned())
                .or_default()
                .push(value.to_owned()),
            None => draft.may_name_new = pair == "new",
        }
    }
    let recorder = Recorder {
        who: "Ines",
        now: "2026-11-21T12:00:00Z",
        id: "x1",
        flows_to: Some(&label),
    };
    match record(view, &draft, &recorder, &context()) {
        Ok(made) => {
            let text = made.to_trig();
            let lines = text.lines().filter(|line| !line.starts_with("@prefix"));
            lines.map(|line| format!("{line}\n")).collect()
        }
        Err(error) => format!("error: {error}\n"),
    }
}

/// A store of the graphs that a clearance sees, and of nothing else.
fn only_visible(kb: &KnowledgeBase, level: &str) -> KnowledgeBase {
    let seen = view(kb, level);
    let other = KnowledgeBase::in_memory(kenning_store::Options::default());
    let mut batch = Batch::new();
    for graph in seen.graphs() {
        let pattern = Pattern::all(GraphPattern::One(graph.id));
        let triples: Vec<Triple> = seen
            .quads(pattern)
            .map(|quad| {
                let quad = quad.unwrap();
                let subject = NamedOrBlankNode::try_from(seen.term(quad.subject)).unwrap();
                let Term::NamedNode(predicate) = seen.term(quad.predicate) else {
                    panic!()
                };
                Triple::new(subject, predicate, seen.term(quad.object))
            })
            .collect();
        batch.put_graph(graph.name, graph.label, triples);
    }
    other.commit(batch).unwrap();
    other
}

/// Everything that can be asked of what a store says, as text.
fn everything(kb: &KnowledgeBase, level: &str, asked: &[String], history: &History) -> Vec<String> {
    let view = view(kb, level);
    let found = look(kb, level, Some(history));
    let mut out = vec![
        format!("{:#}", found.to_json()),
        found.to_text(None),
        found.to_html(),
        found.to_turtle(&context().base),
        loss(&view, &[], &context()).unwrap().to_table(),
    ];
    for thing in asked {
        let one =
            |answer: Result<kenning_insight::Answer, kenning_insight::InsightError>| match answer {
                Ok(answer) => format!("{:#}\n{}", answer.to_json(), answer.to_turtle()),
                Err(error) => error.to_string(),
            };
        out.push(one(experts(&view, thing, &context())));
        out.push(one(advice(&view, thing, &context())));
        out.push(one(loss(&view, std::slice::from_ref(thing), &context())));
        let fields = [
            "event".to_owned(),
            "practice=shadowing".to_owned(),
            format!("from={thing}"),
            format!("topic={thing}"),
        ];
        out.push(recorded(kb, &view, level, &fields));
        let fields = ["verification".to_owned(), format!("note={thing}")];
        out.push(recorded(kb, &view, level, &fields));
    }
    out
}

/// Every name and IRI of the whole store, whoever sees it, and some that nobody has.
fn names(kb: &KnowledgeBase) -> Vec<String> {
    let all = kb.view(&Clearance::everything("a test compares two worlds"));
    let mut names = vec![
        "nothing of this name".to_owned(),
        "<http://example.org/nothing>".to_owned(),
    ];
    for graph in all.graphs() {
        if graph.name.as_str().contains("/ontology/") {
            continue;
        }
        for quad in all.quads(Pattern::all(GraphPattern::One(graph.id))) {
            let quad = quad.unwrap();
            for id in [quad.subject, quad.object] {
                match all.term(id) {
                    Term::NamedNode(node) if node.as_str().contains("/id/") => {
                        names.push(format!("<{}>", node.as_str()))
                    }
                    Term::Literal(text) if text.value().len() < 40 => {
                        names.push(text.value().to_owned())
                    }
                    _ => {}
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

#[test]
fn insights_are_right_in_spite_of_the_traps_and_tell_nothing_of_what_is_hidden() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insights");
    let (mut compared, mut differ) = (0, 0);
    let mut twins = |kb: &KnowledgeBase, case: &str| {
        let asked = names(kb);
        let mut by_level: Vec<Vec<String>> = Vec::new();
        for level in ["public", "internal", "restricted"] {
            // The same history in both worlds: it belongs to the eyes.
            let mut history = History::default();
            history.add(&look(kb, level, None));
            let full = everything(kb, level, &asked, &history);
            let twin = everything(&only_visible(kb, level), level, &asked, &history);
            for (one, other) in full.iter().zip(&twin) {
                assert_eq!(one, other, "{case} as {level}");
                compared += 1;
            }
            by_level.push(full);
        }
        let pairs = by_level[0].iter().zip(&by_level[2]);
        differ += pairs.filter(|(low, high)| low != high).count();
    };
    common::run(&folder, &mut answer, &mut twins);
    // Otherwise the comparison would prove nothing: without the view these would have been told to everybody.
    assert!(
        differ > 100,
        "only {differ} of {compared} answers depend on who asks"
    );
}

#[test]
fn a_finding_keeps_its_identity_and_deleting_a_note_solves_nothing() {
    let kb = common::with_ontologies();
    let put = |name: &str, turtle: &str| {
        let mut batch = Batch::new();
        let node = NamedNode::new(format!("http://localhost:7878/id/graph/note/w/{name}")).unwrap();
        batch.put_graph(node, Label::public(), common::triples(turtle));
        kb.commit(batch).unwrap();
    };
    let drop = |name: &str| {
        let mut batch = Batch::new();
        batch.drop_graph(
            NamedNode::new(format!("http://localhost:7878/id/graph/note/w/{name}")).unwrap(),
        );
        kb.commit(batch).unwrap();
    };
    let fresh = "km:lastVerified \"2026-11-01\"^^xsd:date ; km:responsible p:ada";
    put(
        "a",
        "n:a a km:Note ; dcterms:title \"A\" ; km:mentionsName t:b . n:b km:linksTo n:a .",
    );
    put(
        "b",
        &format!("n:b a km:Note ; dcterms:title \"B\" ; km:answersTo t:b ; {fresh} ."),
    );
    let mut history = History::default();
    let first = look(&kb, "public", Some(&history));
    assert!(first.past.is_none(), "there is nothing to compare with");
    let stale = first
        .findings
        .iter()
        .find(|it| it.kind.name() == "stale")
        .unwrap()
        .id
        .clone();
    history.add(&first);
    history.add(&first);
    assert_eq!(history, History::read(&history.write()));

    // A was confirmed, B went to the bin, and C came.
    put(
        "a",
        &format!("n:a a km:Note ; dcterms:title \"A, renamed\" ; km:mentionsName t:b ; {fresh} ."),
    );
    drop("b");
    put(
        "c",
        "n:c a km:Note ; dcterms:title \"C\" ; km:mentionsName t:a ; km:linksTo n:a .",
    );
    let second = look(&kb, "public", Some(&history));
    let past = second.past.clone().unwrap();
    assert!(!second.findings.iter().any(|it| it.id == stale));
    let solved: Vec<String> = past
        .solved
        .iter()
        .map(|(kind, what)| format!("{} {what}", kind.name()))
        .collect();
    assert!(
        solved.contains(&"stale A, renamed".to_owned()),
        "{solved:?}"
    );
    assert!(
        solved.iter().all(|it| !it.contains('B')),
        "what went with its note was not solved: {solved:?}"
    );
    let new: Vec<String> = second
        .findings
        .iter()
        .filter(|it| it.is_new == Some(true))
        .map(|it| format!("{} {}", it.kind.name(), it.what))
        .collect();
    assert!(
        new.contains(&"stale C".to_owned()) && new.contains(&"wanted b".to_owned()),
        "{new:?}"
    );
    history.add(&second);
    // The same audit again says the same.
    assert_eq!(look(&kb, "public", Some(&history)).past, Some(past));
}

#[test]
fn the_subject_of_a_solved_finding_is_not_told_to_who_does_not_see_it_any_more() {
    let kb = common::with_ontologies();
    let name = NamedNode::new("http://localhost:7878/id/graph/note/w/a").unwrap();
    let text = "n:a a km:Note ; dcterms:title \"Merger\" .";
    let mut batch = Batch::new();
    batch.put_graph(name.clone(), Label::public(), common::triples(text));
    kb.commit(batch).unwrap();
    let mut history = History::default();
    history.add(&look(&kb, "public", None));
    let levels: BTreeMap<&str, Option<&str>> =
        BTreeMap::from([("raised", Some("restricted")), ("gone", None)]);
    let mut told = Vec::new();
    for level in levels.values() {
        let mut batch = Batch::new();
        match level {
            Some(level) => batch.set_label(name.clone(), kb.scale().parse_label(level).unwrap()),
            None => batch.drop_graph(name.clone()),
        }
        kb.commit(batch).unwrap();
        let found = look(&kb, "public", Some(&history));
        assert!(!found.to_text(None).contains("Merger") && !found.to_html().contains("Merger"));
        told.push(format!("{:#}{}", found.to_json(), found.to_html()));
    }
    assert_eq!(told[0], told[1], "put away and deleted are the same");
    let _ = (km::NOTE, rdf::TYPE);
}

#[test]
fn the_page_shows_what_people_wrote_as_text() {
    let kb = common::with_ontologies();
    let mut batch = Batch::new();
    let text =
        "n:a a km:Note ; dcterms:title \"<script>alert('x')</script> & \\\"more\\\" \u{202e}\" .";
    let name = NamedNode::new("http://localhost:7878/id/graph/note/w/a").unwrap();
    batch.put_graph(name, Label::public(), common::triples(text));
    kb.commit(batch).unwrap();
    let page = look(&kb, "public", None).to_html();
    assert!(
        page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;")
    );
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    for loads in ["src=", "href=", "url(", "@import", "http:", "https:"] {
        assert!(
            !page.contains(loads),
            "the page loads something by `{loads}`"
        );
    }
}
