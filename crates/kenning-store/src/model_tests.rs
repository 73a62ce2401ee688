//! The index against a model: random batches, and what every reader sees after each, now and later.

use crate::{
    Batch, CommitError, GraphPattern, KnowledgeBase, Options, Pattern, QuadIds, TermId, View,
};
use kenning_access::{Clearance, Groups, Label, Scale};
use oxrdf::{NamedNode, Term, Triple};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Row = [u8; 3];
/// Each graph's label and rows.
type Model = BTreeMap<u8, (u8, BTreeSet<Row>)>;

const LABELS: [&str; 5] = [
    "public",
    "internal",
    "internal{hr}",
    "confidential{hr|legal}",
    "restricted",
];

#[derive(Debug, Clone)]
enum Step {
    Put(u8, u8, Vec<Row>),
    Create(u8, u8),
    Clear(u8),
    Drop(u8),
    Label(u8, u8),
    Insert(u8, Row),
    Remove(u8, Row),
}

fn rows() -> impl Strategy<Value = Row> {
    (0..6u8, 0..3u8, 0..7u8).prop_map(|(s, p, o)| [s, p, o])
}

fn steps() -> impl Strategy<Value = Step> {
    let graph = 0..6u8;
    let label = 0..LABELS.len() as u8;
    prop_oneof![
        4 => (graph.clone(), label.clone(), prop::collection::vec(rows(), 0..20))
            .prop_map(|(graph, label, rows)| Step::Put(graph, label, rows)),
        1 => (graph.clone(), label.clone()).prop_map(|(graph, label)| Step::Create(graph, label)),
        1 => graph.clone().prop_map(Step::Clear),
        1 => graph.clone().prop_map(Step::Drop),
        1 => (graph.clone(), label).prop_map(|(graph, label)| Step::Label(graph, label)),
        8 => (graph.clone(), rows()).prop_map(|(graph, row)| Step::Insert(graph, row)),
        8 => (graph, rows()).prop_map(|(graph, row)| Step::Remove(graph, row)),
    ]
}

fn name(graph: u8) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/graph/{graph}"))
}

/// Subjects and objects share some terms, and one of them is also the name of a graph.
fn term(number: u8) -> NamedNode {
    match number {
        0 => name(0),
        _ => NamedNode::new_unchecked(format!("http://example.org/term/{number}")),
    }
}

fn predicate(number: u8) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/p{number}"))
}

fn triple([s, p, o]: Row) -> Triple {
    Triple::new(term(s), predicate(p), term(o + 2))
}

fn label(number: u8) -> Label {
    Scale::default()
        .parse_label(LABELS[usize::from(number)])
        .unwrap()
}

fn readers() -> Vec<Clearance> {
    let scale = Scale::default();
    let level = |name| scale.parse_level(name).unwrap();
    vec![
        Clearance::anonymous(),
        Clearance::new(level("internal"), Groups::of(["hr"]).unwrap()),
        Clearance::new(level("confidential"), Groups::of(["legal"]).unwrap()),
        Clearance::everything("a test looks at everything"),
    ]
}

const CLOSED: u8 = u8::MAX;

fn sees(reader: &Clearance, number: u8) -> bool {
    match number {
        CLOSED => reader.sees(&Label::closed()),
        number => reader.sees(&label(number)),
    }
}

/// Applies steps to the model. `None` where the batch has to fail.
fn apply(model: &Model, steps: &[Step]) -> Option<Model> {
    let mut model = model.clone();
    for step in steps {
        match step.clone() {
            Step::Put(graph, label, rows) => {
                model.insert(graph, (label, rows.into_iter().collect()));
            }
            Step::Create(graph, label) => {
                if model.contains_key(&graph) {
                    return None;
                }
                model.insert(graph, (label, BTreeSet::new()));
            }
            Step::Clear(graph) => {
                if let Some((_, rows)) = model.get_mut(&graph) {
                    rows.clear();
                }
            }
            Step::Drop(graph) => {
                model.remove(&graph);
            }
            Step::Label(graph, label) => {
                if let Some((old, _)) = model.get_mut(&graph) {
                    *old = label;
                }
            }
            Step::Insert(graph, row) => {
                let (_, rows) = model.entry(graph).or_insert((CLOSED, BTreeSet::new()));
                rows.insert(row);
            }
            Step::Remove(graph, row) => {
                if let Some((_, rows)) = model.get_mut(&graph) {
                    rows.remove(&row);
                }
            }
        }
    }
    Some(model)
}

fn batch(steps: &[Step]) -> Batch {
    let mut batch = Batch::new();
    for step in steps {
        match step.clone() {
            Step::Put(graph, number, rows) => {
                batch.put_graph(name(graph), label(number), rows.into_iter().map(triple));
            }
            Step::Create(graph, number) => batch.create_graph(name(graph), label(number)),
            Step::Clear(graph) => batch.clear_graph(name(graph)),
            Step::Drop(graph) => batch.drop_graph(name(graph)),
            Step::Label(graph, number) => batch.set_label(name(graph), label(number)),
            Step::Insert(graph, row) => batch.insert(name(graph), triple(row)),
            Step::Remove(graph, row) => batch.remove(name(graph), triple(row)),
        }
    }
    batch
}

type Quad = (Term, Term, Term, Term);

fn read(view: &View, quad: QuadIds) -> Quad {
    let QuadIds {
        subject,
        predicate,
        object,
        graph,
    } = quad;
    let [s, p, o, g] = [subject, predicate, object, graph].map(|id| view.term(id));
    (s, p, o, g)
}

/// Compares a view with the part of the model that its reader sees, by every kind of pattern.
fn compare(view: &View, model: &Model) {
    let seen: BTreeMap<u8, &BTreeSet<Row>> = model
        .iter()
        .filter(|(_, (label, _))| sees(view.clearance(), *label))
        .map(|(graph, (_, rows))| (*graph, rows))
        .collect();
    let names: BTreeSet<String> = view
        .graphs()
        .map(|graph| graph.name.into_string())
        .collect();
    assert_eq!(
        names,
        seen.keys()
            .map(|graph| name(*graph).into_string())
            .collect()
    );
    let id = |node: NamedNode| view.id(node.as_ref().into());
    for (graph, rows) in &seen {
        let info = view.graph(id(name(*graph)).unwrap()).unwrap();
        assert_eq!(info.triples, rows.len() as u64);
    }
    let some = |nodes: &[NamedNode]| nodes.iter().cloned().map(Some).collect::<Vec<_>>();
    let with_none = |mut nodes: Vec<Option<NamedNode>>| {
        nodes.push(None);
        nodes
    };
    let subjects = with_none(some(&[term(0), term(2), term(5)]));
    let predicates = with_none(some(&[predicate(1)]));
    let objects = with_none(some(&[term(2), term(7)]));
    let graphs: Vec<(GraphPattern, Vec<u8>)> = {
        let ids = |numbers: &[u8]| -> Vec<TermId> {
            numbers
                .iter()
                .filter_map(|number| id(name(*number)))
                .collect()
        };
        let mut graphs = vec![
            (GraphPattern::Union, (0..6).collect()),
            (GraphPattern::Each, (0..6).collect()),
        ];
        for some in [vec![], vec![1], vec![0, 2, 3]] {
            let set = view.graph_set(ids(&some));
            graphs.push((GraphPattern::UnionOf(set.clone()), some.clone()));
            graphs.push((GraphPattern::EachOf(set), some));
        }
        for number in 0..6 {
            if let Some(id) = id(name(number)) {
                graphs.push((GraphPattern::One(id), vec![number]));
            }
        }
        graphs
    };
    for s in &subjects {
        for p in &predicates {
            for o in &objects {
                for (graph, within) in &graphs {
                    let mut wanted: Vec<Quad> = Vec::new();
                    for (number, rows) in &seen {
                        for row in rows.iter().filter(|_| within.contains(number)) {
                            let Triple {
                                subject,
                                predicate,
                                object,
                            } = triple(*row);
                            wanted.push((
                                subject.into(),
                                predicate.into(),
                                object,
                                name(*number).into(),
                            ));
                        }
                    }
                    let fits = |place: &Term, node: &Option<NamedNode>| {
                        node.as_ref()
                            .is_none_or(|node| Term::from(node.clone()) == *place)
                    };
                    wanted.retain(|quad| fits(&quad.0, s) && fits(&quad.1, p) && fits(&quad.2, o));
                    let once = matches!(graph, GraphPattern::Union | GraphPattern::UnionOf(_));
                    let key = |mut quads: Vec<Quad>| {
                        if once {
                            for quad in &mut quads {
                                quad.3 = quad.0.clone();
                            }
                        }
                        let mut texts: Vec<String> =
                            quads.iter().map(|quad| format!("{quad:?}")).collect();
                        texts.sort();
                        texts
                    };
                    let ids = [s, p, o].map(|node| node.clone().map(&id));
                    if ids.contains(&Some(None)) {
                        assert!(wanted.is_empty());
                        continue;
                    }
                    let [subject, predicate, object] = ids.map(Option::flatten);
                    let pattern = Pattern {
                        subject,
                        predicate,
                        object,
                        graph: graph.clone(),
                    };
                    let quads = view
                        .quads(pattern.clone())
                        .map(|quad| read(view, quad.unwrap()));
                    let quads: Vec<Quad> = quads.collect();
                    if once {
                        let holders: Vec<_> = wanted.iter().collect();
                        for quad in &quads {
                            assert!(
                                holders.contains(&quad),
                                "a graph that does not hold {quad:?}"
                            );
                        }
                    }
                    let mut wanted = key(wanted);
                    if once {
                        wanted.dedup();
                    }
                    assert_eq!(key(quads), wanted, "{pattern:?}");
                    assert_eq!(view.estimate(&pattern), wanted.len() as u64);
                }
            }
        }
    }
}

/// A knowledge base that holds only what a reader sees of the model.
fn only_visible(model: &Model, reader: &Clearance) -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for (graph, (number, rows)) in model {
        if sees(reader, *number) {
            let label = match *number {
                CLOSED => Label::closed(),
                number => label(number),
            };
            batch.put_graph(name(*graph), label, rows.iter().copied().map(triple));
        }
    }
    kb.commit(batch).unwrap();
    kb
}

fn run(batches: Vec<(Vec<Step>, bool, bool)>) {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut model = Model::new();
    let mut kept = Vec::new();
    for (steps, keep, merge) in batches {
        match (kb.commit(batch(&steps)), apply(&model, &steps)) {
            (Ok(_), Some(next)) => model = next,
            (Err(CommitError::Exists { .. }), None) => {}
            (result, wanted) => panic!("{result:?}, but {}", wanted.is_some()),
        }
        if merge {
            kb.merge();
        }
        if keep {
            for reader in readers() {
                kept.push((kb.view(&reader), model.clone()));
            }
        }
    }
    kb.merge();
    for reader in readers() {
        let view = kb.view(&reader);
        compare(&view, &model);
        let ideal = only_visible(&model, &reader).view(&reader);
        assert_eq!(view.fingerprint(), ideal.fingerprint());
    }
    for (view, model) in kept {
        compare(&view, &model);
    }
    assert!(kb.inner_holes_are_few());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_reader_sees_what_the_model_says(
        batches in prop::collection::vec(
            (prop::collection::vec(steps(), 1..8), prop::bool::weighted(0.3), prop::bool::weighted(0.15)),
            1..25,
        )
    ) {
        run(batches);
    }
}

/// Everything that may happen to a row between the beginning and the end of a merge.
#[test]
fn commits_during_a_merge_are_kept() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let start = [Step::Put(0, 0, (0..6).map(|o| [1, 1, o]).collect())];
    let before = [
        Step::Remove(0, [1, 1, 0]),
        Step::Remove(0, [1, 1, 1]),
        Step::Remove(0, [1, 1, 2]),
    ];
    let during = [
        vec![
            Step::Insert(0, [1, 1, 0]),
            Step::Insert(0, [1, 1, 1]),
            Step::Remove(0, [1, 1, 3]),
        ],
        vec![Step::Remove(0, [1, 1, 1]), Step::Insert(0, [2, 2, 2])],
    ];
    let mut model = Model::new();
    for steps in [&start[..], &before[..]] {
        kb.commit(batch(steps)).unwrap();
        model = apply(&model, steps).unwrap();
    }
    kb.merge_while(|| {
        for steps in &during {
            kb.commit(batch(steps)).unwrap();
        }
    });
    for steps in &during {
        model = apply(&model, steps).unwrap();
    }
    let everything = Clearance::everything("a test looks at everything");
    compare(&kb.view(&everything), &model);
    kb.merge();
    compare(&kb.view(&everything), &model);
}

/// Many threads write their own graphs while others read: each reader sees every graph whole or not at all.
#[test]
fn readers_see_each_commit_whole_while_others_write_and_runs_are_merged() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4u32)
            .map(|writer| {
                let kb = &kb;
                scope.spawn(move || {
                    for round in 0..60u32 {
                        let mut batch = Batch::new();
                        let node = |what: &str, n: u32| {
                            NamedNode::new_unchecked(format!("http://example.org/{what}{n}"))
                        };
                        let triples = (0..10).map(|n| {
                            Triple::new(node("s", writer), node("round", round), node("o", n))
                        });
                        batch.put_graph(node("g", writer), Label::public(), triples);
                        kb.commit(batch).unwrap();
                    }
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            let mut looks = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let view = kb.view(&Clearance::anonymous());
                let mut predicates: BTreeMap<TermId, BTreeSet<TermId>> = BTreeMap::new();
                let mut rows: BTreeMap<TermId, u32> = BTreeMap::new();
                for quad in view.quads(Pattern::all(GraphPattern::Each)) {
                    let quad = quad.unwrap();
                    predicates
                        .entry(quad.graph)
                        .or_default()
                        .insert(quad.predicate);
                    *rows.entry(quad.graph).or_default() += 1;
                }
                assert!(predicates.values().all(|rounds| rounds.len() == 1));
                assert!(rows.values().all(|rows| *rows == 10));
                looks += 1;
            }
            looks
        });
        for writer in writers {
            writer.join().unwrap();
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    kb.merge();
    assert_eq!(
        kb.usage().quads,
        40,
        "rows of replaced graphs are gone after a merge"
    );
}
