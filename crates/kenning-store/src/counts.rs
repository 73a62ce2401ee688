//! How often something was done, for tests that guard what things cost. Each thread counts for itself.

use std::cell::Cell;

thread_local! {
    static LABEL_TESTS: Cell<u64> = const { Cell::new(0) };
}

/// Counts one test of a row's label.
pub(crate) fn label_test() {
    LABEL_TESTS.set(LABEL_TESTS.get() + 1);
}

/// How many labels `work` tests.
fn label_tests(work: impl FnOnce()) -> u64 {
    let before = LABEL_TESTS.get();
    work();
    LABEL_TESTS.get() - before
}

#[test]
fn the_label_of_a_row_is_tested_once_and_of_another_graph_only_if_need_be() {
    use crate::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
    use kenning_access::{Clearance, Label};
    use oxrdf::{Literal, NamedNode, Triple};

    let node = |text: String| NamedNode::new_unchecked(format!("http://example.org/{text}"));
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    // Each of 100 graphs holds 2 triples of its own and one that all of them hold.
    for graph in 0..100_u32 {
        let label = match graph % 2 {
            0 => Label::public(),
            _ => Label::closed(),
        };
        let own = (1..3).map(|n| (node(format!("s{graph}")), Literal::from(n)));
        let shared = (node("shared".to_owned()), Literal::from(0));
        let triples = own
            .chain([shared])
            .map(|(subject, object)| Triple::new(subject, node("p".to_owned()), object));
        batch.put_graph(node(format!("g{graph}")), label, triples);
    }
    kb.commit(batch).unwrap();
    let count = |clearance: &Clearance, graph| {
        let view = kb.view(clearance);
        let mut found = 0;
        let pattern = Pattern::all(graph);
        let tests = label_tests(|| found = view.quads(pattern.clone()).count_all().unwrap());
        // The two ways through the rows find the same, at the same cost.
        let at_once = view.quads(pattern.clone()).count_at_once();
        assert!(at_once.is_none_or(|at_once| at_once == found));
        assert_eq!(
            at_once.is_some(),
            matches!(pattern.graph, GraphPattern::Union)
        );
        let one_by_one = label_tests(|| assert_eq!(view.quads(pattern).count() as u64, found));
        assert_eq!(tests, one_by_one);
        (found, tests)
    };
    let everything = Clearance::everything("a test");
    assert_eq!(count(&everything, GraphPattern::Union), (201, 201));
    assert_eq!(count(&everything, GraphPattern::Each), (300, 300));
    let half = Clearance::anonymous();
    assert_eq!(count(&half, GraphPattern::Union), (101, 201));
    assert_eq!(count(&half, GraphPattern::Each), (150, 300));
}

#[test]
fn a_long_scan_tests_graphs_instead_of_rows_and_hides_what_is_hidden() {
    use crate::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
    use kenning_access::{Clearance, Label};
    use oxrdf::{Literal, NamedNode, Triple};

    let node = |text: &str| NamedNode::new_unchecked(format!("http://example.org/{text}"));
    let kb = KnowledgeBase::in_memory(Options::default());
    let triple = |graph: &str, n: i32| Triple::new(node(graph), node("p"), Literal::from(n));
    let put = |graph: &str, label: Label| {
        let mut batch = Batch::new();
        batch.put_graph(node(graph), label, (0..500).map(|n| triple(graph, n)));
        kb.commit(batch).unwrap();
        kb.merge();
    };
    let count = |clearance: &Clearance| {
        let view = kb.view(clearance);
        let mut found = 0;
        let quads = view.quads(Pattern::all(GraphPattern::Union));
        let tests = label_tests(|| found = quads.count_all().unwrap());
        (found, tests)
    };
    put("a", Label::public());
    put("b", Label::public());
    let everything = Clearance::everything("a test");
    assert_eq!(count(&everything), (1000, 2));
    assert_eq!(count(&Clearance::anonymous()), (1000, 2));
    put("c", Label::closed());
    assert_eq!(count(&everything), (1500, 3));
    assert_eq!(count(&Clearance::anonymous()), (1000, 3));
    // A row that was removed is not there, and neither is a graph that is dead.
    let mut batch = Batch::new();
    batch.remove(node("a"), triple("a", 7));
    kb.commit(batch).unwrap();
    assert_eq!(count(&everything).0, 1499);
    let view = kb.view(&everything);
    let at_once = |view: &crate::View| {
        let quads = view.quads(Pattern::all(GraphPattern::Union));
        quads.count_at_once()
    };
    assert_eq!(at_once(&view), None);
    kb.merge();
    assert_eq!(at_once(&kb.view(&everything)), Some(1499));
    assert_eq!(at_once(&kb.view(&Clearance::anonymous())), Some(999));
    let mut batch = Batch::new();
    batch.drop_graph(node("b"));
    kb.commit(batch).unwrap();
    assert_eq!(count(&everything).0, 999);
}
