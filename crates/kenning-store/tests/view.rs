//! What a view shows and what it does not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Groups, Label, Scale};
use kenning_store::{Batch, CommitError, GraphPattern, KnowledgeBase, Options, Pattern, View};
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term, Triple};

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{name}")).unwrap()
}

fn triple(s: &str, p: &str, o: &str) -> Triple {
    Triple::new(node(s), node(p), node(o))
}

fn label(text: &str) -> Label {
    Scale::default().parse_label(text).unwrap()
}

fn reader(level: &str, groups: &[&str]) -> Clearance {
    let level = Scale::default().parse_level(level).unwrap();
    Clearance::new(level, Groups::of(groups.iter().copied()).unwrap())
}

fn count(view: &View, graph: GraphPattern) -> usize {
    view.quads(Pattern::all(graph)).map(Result::unwrap).count()
}

fn graphs(view: &View) -> Vec<String> {
    let mut names: Vec<String> = view
        .graphs()
        .map(|graph| graph.name.into_string())
        .collect();
    names.sort();
    names
}

/// One triple in an open and in an hr graph, one more in each, and an empty confidential graph.
fn sample() -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let shared = triple("seci", "label", "spiral");
    batch.put_graph(
        node("open"),
        Label::public(),
        [shared.clone(), triple("seci", "by", "nonaka")],
    );
    batch.put_graph(
        node("hr"),
        label("internal{hr}"),
        [shared, triple("seci", "by", "takeuchi")],
    );
    batch.create_graph(node("empty"), label("confidential"));
    kb.commit(batch).unwrap();
    kb
}

#[test]
fn a_reader_sees_what_the_labels_allow() {
    let kb = sample();
    let anonymous = kb.view(&Clearance::anonymous());
    assert_eq!(graphs(&anonymous), ["http://example.org/open"]);
    assert_eq!(count(&anonymous, GraphPattern::Union), 2);
    let hr = kb.view(&reader("internal", &["hr"]));
    assert_eq!(graphs(&hr).len(), 2);
    assert_eq!(count(&hr, GraphPattern::Each), 4);
    let not_hr = kb.view(&reader("restricted", &["legal"]));
    assert_eq!(
        graphs(&not_hr),
        ["http://example.org/empty", "http://example.org/open"]
    );
    assert_eq!(count(&not_hr, GraphPattern::Each), 2);
}

#[test]
fn a_triple_in_two_visible_graphs_counts_once_in_their_union() {
    let kb = sample();
    let hr = kb.view(&reader("internal", &["hr"]));
    assert_eq!(count(&hr, GraphPattern::Union), 3);
    let names = hr.graphs().map(|graph| graph.id).collect::<Vec<_>>();
    assert_eq!(
        count(&hr, GraphPattern::UnionOf(hr.graph_set(names.clone()))),
        3
    );
    assert_eq!(count(&hr, GraphPattern::EachOf(hr.graph_set(names))), 4);
}

#[test]
fn naming_a_hidden_graph_does_not_open_it() {
    let kb = sample();
    let view = kb.view(&Clearance::anonymous());
    let id = view.id(node("hr").as_ref().into()).unwrap();
    assert!(view.graph(id).is_none());
    assert_eq!(count(&view, GraphPattern::One(id)), 0);
    assert!(view.graph_set([id]).names().is_empty());
}

#[test]
fn a_view_is_not_changed_by_later_commits() {
    let kb = sample();
    let before = kb.view(&Clearance::anonymous());
    let mut batch = Batch::new();
    batch.drop_graph(node("open"));
    batch.put_graph(node("new"), Label::public(), [triple("a", "b", "c")]);
    kb.commit(batch).unwrap();
    assert_eq!(graphs(&before), ["http://example.org/open"]);
    assert_eq!(count(&before, GraphPattern::Union), 2);
    assert_eq!(
        graphs(&kb.view(&Clearance::anonymous())),
        ["http://example.org/new"]
    );
}

#[test]
fn single_triples_come_and_go_and_the_empty_graph_stays() {
    let kb = sample();
    let mut batch = Batch::new();
    batch.remove(node("open"), triple("seci", "by", "nonaka"));
    batch.remove(node("open"), triple("seci", "by", "nobody"));
    batch.remove(node("open"), triple("seci", "label", "spiral"));
    batch.insert(node("unlabelled"), triple("a", "b", "c"));
    let done = kb.commit(batch).unwrap();
    assert_eq!((done.removed, done.inserted), (2, 1));
    let view = kb.view(&Clearance::anonymous());
    assert_eq!(
        graphs(&view),
        ["http://example.org/open"],
        "a graph without a label is closed"
    );
    assert_eq!(view.graphs().next().unwrap().triples, 0);
    let all = kb.view(&Clearance::everything("a test looks at everything"));
    assert_eq!(graphs(&all).len(), 4);
}

#[test]
fn a_batch_is_committed_whole_or_not_at_all() {
    let kb = sample();
    let view = kb.view(&Clearance::anonymous());
    let version = view.graphs().next().unwrap().version;
    let mut batch = Batch::new();
    batch.put_graph(node("other"), Label::public(), []);
    batch.create_graph(node("open"), Label::public());
    assert!(matches!(kb.commit(batch), Err(CommitError::Exists { .. })));
    let mut batch = Batch::new();
    batch.expect(node("open"), Some(version));
    batch.insert(node("open"), triple("x", "y", "z"));
    kb.commit(batch.clone()).unwrap();
    assert!(matches!(
        kb.commit(batch),
        Err(CommitError::Conflict { .. })
    ));
    assert_eq!(
        graphs(&kb.view(&Clearance::anonymous())),
        ["http://example.org/open"]
    );
}

#[test]
fn a_batch_that_was_judged_by_a_label_fails_when_the_graph_has_another() {
    let kb = sample();
    let write = |name: &str, expected: Option<&str>| {
        let mut batch = Batch::new();
        batch.expect_label(node(name), expected.map(label));
        batch.insert(node("open"), triple("x", "y", name));
        kb.commit(batch)
    };
    let conflict = |result| matches!(result, Err(CommitError::Conflict { .. }));
    write("hr", Some("internal{hr}")).unwrap();
    write("absent", None).unwrap();
    for (name, expected) in [
        ("hr", Some("internal")),
        ("hr", Some("confidential{hr}")),
        ("hr", Some("internal{hr|legal}")),
        ("hr", None),
        ("absent", Some("internal{hr}")),
        ("absent", Some("public")),
    ] {
        assert!(conflict(write(name, expected)), "{name} {expected:?}");
    }
    // Its triples are as they were, and it has been raised since it was judged: a version alone would not show that.
    let mut raise = Batch::new();
    raise.set_label(node("hr"), label("restricted{hr}"));
    kb.commit(raise).unwrap();
    assert!(conflict(write("hr", Some("internal{hr}"))));
    write("hr", Some("restricted{hr}")).unwrap();
    assert_eq!(
        count(&kb.view(&reader("public", &[])), GraphPattern::Union),
        4,
        "what was refused left nothing behind"
    );
}

#[test]
fn what_is_hidden_leaves_no_trace_in_fingerprints_and_estimates() {
    let kb = sample();
    let only = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.put_graph(
        node("open"),
        Label::public(),
        [
            triple("seci", "by", "nonaka"),
            triple("seci", "label", "spiral"),
        ],
    );
    only.commit(batch).unwrap();
    let seen = kb.view(&Clearance::anonymous());
    let ideal = only.view(&Clearance::everything("only what is visible is here"));
    assert_eq!(seen.fingerprint(), ideal.fingerprint());
    let pattern = Pattern::all(GraphPattern::Union);
    assert_eq!(seen.estimate(&pattern), ideal.estimate(&pattern));
    let mut batch = Batch::new();
    batch.insert(node("hr"), triple("x", "y", "z"));
    kb.commit(batch).unwrap();
    assert_eq!(
        kb.view(&Clearance::anonymous()).fingerprint(),
        seen.fingerprint()
    );
    let mut batch = Batch::new();
    batch.set_label(node("hr"), Label::public());
    kb.commit(batch).unwrap();
    assert_ne!(
        kb.view(&Clearance::anonymous()).fingerprint(),
        seen.fingerprint()
    );
}

#[test]
fn terms_keep_their_text() {
    let xsd =
        |name: &str| NamedNode::new(format!("http://www.w3.org/2001/XMLSchema#{name}")).unwrap();
    let terms: Vec<Term> = vec![
        Literal::new_typed_literal("1.50", xsd("decimal")).into(),
        Literal::new_typed_literal("-3", xsd("negativeInteger")).into(),
        Literal::new_typed_literal("+5", xsd("integer")).into(),
        Literal::new_typed_literal("2024-01-01T00:00:00.500+01:00", xsd("dateTime")).into(),
        Literal::new_typed_literal("not a number", xsd("integer")).into(),
        Literal::new_simple_literal("").into(),
        Literal::new_language_tagged_literal_unchecked("farbe", "de-CH").into(),
        Literal::new_typed_literal("x", node("own")).into(),
        oxrdf::BlankNode::new("b0").unwrap().into(),
        NamedNodeRef::new("urn:x").unwrap().into(),
        NamedNodeRef::new("http://example.org/a/").unwrap().into(),
        Term::from(triple("a", "b", "c")),
    ];
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let triples = terms
        .iter()
        .map(|term| Triple::new(node("s"), node("p"), term.clone()));
    batch.put_graph(node("g"), Label::public(), triples);
    kb.commit(batch).unwrap();
    let view = kb.view(&Clearance::anonymous());
    for term in &terms {
        let id = view.id(term.as_ref()).unwrap();
        assert_eq!(&view.term(id), term);
    }
    assert_eq!(count(&view, GraphPattern::Union), terms.len());
}
