//! Updates: what each operation does, who may do it, and that nothing flows down.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Grant, Groups, Label, Refusal, Role, Scale, Target, Writer};
use kenning_sparql::{
    DEFAULT_GRAPH, Dataset, DefaultGraphs, Limits, ParseOptions, Playground, QueryError, Stopped,
    TextLimits, UpdateError, UpdateOptions, WritePolicy, plan_update,
};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
use oxrdf::{NamedNode, Term, Triple};

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://e/{name}")).unwrap()
}

fn kb(graphs: &[(&str, &str, &[[&str; 3]])]) -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for (name, label, triples) in graphs {
        let name = if *name == "default" {
            DEFAULT_GRAPH.into_owned()
        } else {
            node(name)
        };
        let triples = triples
            .iter()
            .map(|[s, p, o]| Triple::new(node(s), node(p), node(o)));
        batch.put_graph(name, Scale::default().parse_label(label).unwrap(), triples);
    }
    kb.commit(batch).unwrap();
    kb
}

fn everything() -> Clearance {
    Clearance::new(
        Scale::default().parse_level("restricted").unwrap(),
        Groups::of(["hr"]).unwrap(),
    )
}

/// `graph: subject predicate object`, sorted; a graph without triples is `graph:`.
fn dump(kb: &KnowledgeBase) -> String {
    let view = kb.view(&everything());
    let mut lines = Vec::new();
    let local = |term: Term| {
        term.to_string()
            .trim_matches(['<', '>'])
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned()
    };
    for graph in view.graphs() {
        let name = local(graph.name.clone().into()).replace("urn:kenning:default-graph", "default");
        let before = lines.len();
        for quad in view
            .quads(Pattern::all(GraphPattern::One(graph.id)))
            .flatten()
        {
            lines.push(format!(
                "{name}: {} {} {}",
                local(view.term(quad.subject)),
                local(view.term(quad.predicate)),
                local(view.term(quad.object))
            ));
        }
        if lines.len() == before {
            lines.push(format!("{name}:"));
        }
    }
    lines.sort();
    lines.join("\n")
}

fn options() -> UpdateOptions {
    UpdateOptions {
        parse: ParseOptions {
            base: Some("http://e/".into()),
            limits: TextLimits::UPDATE,
        },
        ..UpdateOptions::default()
    }
}

fn update(kb: &KnowledgeBase, text: &str) -> Result<String, UpdateError> {
    let plan = plan_update(
        &kb.view(&everything()),
        text,
        &options(),
        &Playground {
            label: Label::public(),
        },
    )?;
    kb.commit(plan.batch()).unwrap();
    Ok(dump(kb))
}

const SMALL: &[(&str, &str, &[[&str; 3]])] = &[
    ("g", "public", &[["a", "p", "b"], ["b", "p", "c"]]),
    ("h", "public", &[["x", "p", "y"]]),
    ("default", "public", &[["d", "p", "d"]]),
];

#[test]
fn each_operation_does_what_the_standard_says() {
    let cases = [
        (
            "INSERT DATA { <n> <p> <m> . GRAPH <h> { <n> <p> <m> } }",
            "default: d p d\ndefault: n p m\ng: a p b\ng: b p c\nh: n p m\nh: x p y",
        ),
        (
            "DELETE DATA { GRAPH <g> { <a> <p> <b> . <no> <p> <no> } }",
            "default: d p d\ng: b p c\nh: x p y",
        ),
        (
            "DELETE WHERE { GRAPH ?g { ?s <p> <c> } }",
            "default: d p d\ng: a p b\nh: x p y",
        ),
        (
            "WITH <g> DELETE { ?s <p> ?o } INSERT { ?o <p> ?s } WHERE { ?s <p> ?o }",
            "default: d p d\ng: b p a\ng: c p b\nh: x p y",
        ),
        (
            "INSERT { ?s <seen> ?o } USING <h> WHERE { ?s <p> ?o }",
            "default: d p d\ndefault: x seen y\ng: a p b\ng: b p c\nh: x p y",
        ),
        ("CLEAR GRAPH <g>", "default: d p d\ng:\nh: x p y"),
        (
            "DROP GRAPH <g> ; CREATE GRAPH <k>",
            "default: d p d\nh: x p y\nk:",
        ),
        ("CLEAR DEFAULT", "default:\ng: a p b\ng: b p c\nh: x p y"),
        ("DROP NAMED", "default: d p d"),
        ("COPY <h> TO <g>", "default: d p d\ng: x p y\nh: x p y"),
        ("COPY DEFAULT TO <g>", "default: d p d\ng: d p d\nh: x p y"),
        (
            "MOVE <h> TO <new>",
            "default: d p d\ng: a p b\ng: b p c\nnew: x p y",
        ),
        (
            "ADD <h> TO <g>",
            "default: d p d\ng: a p b\ng: b p c\ng: x p y\nh: x p y",
        ),
        (
            "COPY SILENT <none> TO <g>",
            "default: d p d\ng: a p b\ng: b p c\nh: x p y",
        ),
        (
            "DROP SILENT GRAPH <none> ; LOAD SILENT <http://x/> ; CREATE SILENT GRAPH <g>",
            "default: d p d\ng: a p b\ng: b p c\nh: x p y",
        ),
        (
            "COPY <g> TO <g>",
            "default: d p d\ng: a p b\ng: b p c\nh: x p y",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(
            update(&kb(SMALL), text).unwrap_or_else(|error| panic!("{text}: {error}")),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn a_missing_graph_is_told_and_changes_nothing() {
    for text in [
        "CLEAR GRAPH <none>",
        "DROP GRAPH <none>",
        "COPY <none> TO <g>",
        "MOVE <none> TO <g>",
        "ADD <none> TO <g>",
    ] {
        let kb = kb(SMALL);
        let before = dump(&kb);
        assert!(
            matches!(update(&kb, text), Err(UpdateError::NoGraph(name)) if name == node("none")),
            "{text}"
        );
        assert_eq!(dump(&kb), before);
    }
    assert!(matches!(
        update(&kb(SMALL), "CREATE GRAPH <g>"),
        Err(UpdateError::Exists(_))
    ));
    assert!(matches!(
        update(&kb(SMALL), "LOAD <http://x/>"),
        Err(UpdateError::Load { .. })
    ));
}

#[test]
fn later_operations_see_earlier_ones_and_all_are_one() {
    let kb = kb(SMALL);
    let text = "INSERT DATA { GRAPH <new> { <a> <p> <b> } } ; PREFIX e: <http://e/>
        INSERT { GRAPH e:k { ?s ?p ?o } } WHERE { GRAPH e:new { ?s ?p ?o } } ;
        DELETE DATA { GRAPH e:g { e:a e:p e:b } } ;
        INSERT { GRAPH e:k { e:count e:is ?x } } WHERE { { SELECT (COUNT(*) AS ?n) { ?s e:p ?o } } BIND(IRI(CONCAT('http://e/', STR(?n))) AS ?x) } ;
        DROP GRAPH e:h ; INSERT { GRAPH e:k { e:left e:is ?g } } WHERE { GRAPH ?g {} FILTER(?g = e:h || ?g = e:new) }";
    // The union holds a p b (twice, in new and k), b p c, x p y and d p d.
    assert_eq!(
        update(&kb, text).unwrap(),
        "default: d p d\ng: b p c\nk: a p b\nk: count is 4\nk: left is new\nnew: a p b"
    );
    let before = dump(&kb);
    assert!(update(&kb, "INSERT DATA { <x> <p> <y> } ; DROP GRAPH <none>").is_err());
    assert_eq!(dump(&kb), before);
}

#[test]
fn blank_nodes_of_a_request_are_new() {
    let kb = kb(&[]);
    update(&kb, "INSERT DATA { _:b <p> _:b }").unwrap();
    update(&kb, "INSERT DATA { _:b <p> _:b }").unwrap();
    update(&kb, "INSERT { _:b <q> ?s } WHERE { ?s <p> ?s }").unwrap();
    assert_eq!(dump(&kb).lines().count(), 4);
}

#[test]
fn where_reads_the_dataset_of_the_request_the_text_or_the_store() {
    let own = |text: &str| {
        let kb = kb(SMALL);
        let options = UpdateOptions {
            dataset: Dataset {
                default: DefaultGraphs::Own,
                named: None,
            },
            ..options()
        };
        let plan = plan_update(
            &kb.view(&everything()),
            text,
            &options,
            &Playground {
                label: Label::public(),
            },
        )
        .unwrap();
        kb.commit(plan.batch()).unwrap();
        dump(&kb)
    };
    assert!(
        own("INSERT { GRAPH <k> { ?s ?p ?o } } WHERE { ?s ?p ?o }").contains("k: d p d\n")
            || own("INSERT { GRAPH <k> { ?s ?p ?o } } WHERE { ?s ?p ?o }").ends_with("k: d p d")
    );
    let named = UpdateOptions {
        dataset: Dataset::of(vec![node("h")], vec![]),
        ..options()
    };
    let plan = plan_update(
        &kb(SMALL).view(&everything()),
        "INSERT { <s> <p> ?o } WHERE { ?s ?p ?o }",
        &named,
        &Playground {
            label: Label::public(),
        },
    )
    .unwrap();
    assert_eq!(plan.graphs[0].inserted.len(), 1);
    let both = plan_update(
        &kb(SMALL).view(&everything()),
        "WITH <g> INSERT { <s> <p> ?o } WHERE { ?s ?p ?o }",
        &named,
        &Playground {
            label: Label::public(),
        },
    );
    assert!(matches!(both, Err(UpdateError::Query(_))));
}

/// A policy that asks a writer's grants, as a server does.
struct Granted {
    writer: Writer,
    labels: Vec<(NamedNode, Label)>,
}

impl WritePolicy for Granted {
    fn target(&self, graph: &NamedNode, _visible: Option<&Label>) -> Result<Target, Refusal> {
        let existing = self
            .labels
            .iter()
            .find(|(name, _)| name == graph)
            .map(|(_, label)| label);
        self.writer.target(graph.as_str(), existing, false)
    }

    fn unknown_targets(&self) -> Vec<Label> {
        self.writer.labels_of_new().into_iter().collect()
    }

    fn many(&self) -> Result<(), Refusal> {
        self.writer.clear_many()
    }

    fn is_spared(&self, _graph: &NamedNode) -> bool {
        false
    }
}

fn granted(text: &str) -> Result<String, UpdateError> {
    let scale = Scale::default();
    let kb = kb(&[
        ("mine/low", "public", &[["a", "p", "b"]]),
        ("mine/high", "confidential", &[["secret", "p", "s"]]),
        ("hidden", "restricted{hr}", &[["top", "p", "t"]]),
        ("other", "internal", &[["i", "p", "j"]]),
    ]);
    let clearance = Clearance::new(scale.parse_level("confidential").unwrap(), Groups::none());
    let grants = ["http://e/mine/=public", "http://e/inside/=confidential"]
        .map(|grant| Grant::parse(grant, &scale).unwrap());
    let writer = Writer::new(clearance.clone(), [Role::Editor], grants.to_vec());
    let labels = kb
        .view(&everything())
        .graphs()
        .map(|graph| (graph.name, graph.label))
        .collect();
    let plan = plan_update(
        &kb.view(&clearance),
        text,
        &options(),
        &Granted { writer, labels },
    )?;
    kb.commit(plan.batch()).unwrap();
    Ok(dump(&kb))
}

#[test]
fn nothing_flows_down() {
    let base =
        granted("INSERT { GRAPH <mine/low> { <n> <p> <n> } } WHERE { <nobody> ?p ?o }").unwrap();
    // Into a public graph goes only what is public, whatever the WHERE says.
    for text in [
        "INSERT { GRAPH <mine/low> { <got> <p> ?s } } WHERE { ?s <p> <s> }",
        "INSERT { GRAPH <mine/low> { <got> <p> <x> } } WHERE { GRAPH <mine/high> { ?s ?p ?o } }",
        "INSERT { GRAPH <mine/low> { <got> <p> <x> } } WHERE { FILTER EXISTS { ?s ?p <j> } }",
        "INSERT { GRAPH <mine/low> { <got> <p> ?n } } USING <mine/high> WHERE { ?n ?p ?o }",
        "DELETE { GRAPH <mine/low> { <a> <p> <b> } } WHERE { <i> ?p ?o }",
        "INSERT { GRAPH ?g { <got> <p> <x> } } WHERE { GRAPH ?g { <secret> ?p ?o } }",
        "COPY SILENT <mine/high> TO <mine/low>",
        "ADD SILENT <hidden> TO <mine/low>",
    ] {
        assert_eq!(
            granted(text).unwrap_or_else(|error| panic!("{text}: {error}")),
            base,
            "{text}"
        );
    }
    // A count sees no more than a pattern does.
    let counted = granted(
        "INSERT { GRAPH <mine/low> { <n> <p> ?x } } WHERE { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } BIND(IRI(CONCAT('http://e/', STR(?n))) AS ?x) }",
    );
    assert!(counted.unwrap().contains("low: n p 1\n"));
    // Upwards everything goes that the writer sees, and no more.
    let up = granted("INSERT { GRAPH <inside/x> { ?s <p> <up> } } WHERE { ?s <p> ?o }").unwrap();
    assert!(
        up.contains("x: secret p up") && up.contains("x: i p up") && !up.contains("top p up"),
        "{up}"
    );
    // A missing source and a hidden one are the same, also in words.
    let hidden = granted("COPY <hidden> TO <mine/low>")
        .unwrap_err()
        .to_string();
    assert_eq!(
        hidden,
        granted("COPY <unknown> TO <mine/low>")
            .unwrap_err()
            .to_string()
            .replace("unknown", "hidden")
    );
}

#[test]
fn what_is_not_granted_is_refused_as_a_whole() {
    for text in [
        "INSERT DATA { GRAPH <other> { <n> <p> <n> } }",
        "INSERT DATA { GRAPH <mine/low> { <n> <p> <n> } GRAPH <hidden> { <n> <p> <n> } }",
        "DELETE DATA { GRAPH <other> { <i> <p> <j> } }",
        "DROP GRAPH <other>",
        "MOVE <other> TO <inside/x>",
        "INSERT DATA { <n> <p> <n> }",
        "INSERT { GRAPH ?g { <n> <p> <n> } } WHERE { VALUES ?g { <other> } }",
    ] {
        assert!(
            matches!(granted(text), Err(UpdateError::Denied { .. })),
            "{text}"
        );
    }
    assert!(matches!(
        granted("DROP ALL"),
        Err(UpdateError::Many(Refusal::Curator))
    ));
    let hidden = granted("DROP GRAPH <hidden>").unwrap_err().to_string();
    assert_eq!(
        hidden,
        granted("DROP GRAPH <unknown>")
            .unwrap_err()
            .to_string()
            .replace("unknown", "hidden")
    );
}

/// Plans an update that everybody may make, within limits.
fn within(kb: &KnowledgeBase, text: &str, limits: Limits) -> Result<usize, UpdateError> {
    let options = UpdateOptions {
        limits,
        ..options()
    };
    let label = Label::public();
    let plan = plan_update(
        &kb.view(&everything()),
        text,
        &options,
        &Playground { label },
    )?;
    Ok(plan.graphs.len())
}

#[test]
fn every_triple_that_an_update_moves_is_counted() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let triples = (0..10).map(|n| Triple::new(node("s"), node("p"), node(&n.to_string())));
    batch.put_graph(node("g"), Label::public(), triples);
    kb.commit(batch).unwrap();
    let rows = |rows: u64| Limits {
        rows: Some(rows),
        ..Limits::NONE
    };
    // What is written, and how many triples that moves.
    let cases = [
        ("COPY <g> TO <h>", 10),
        ("MOVE <g> TO <h>", 10),
        ("ADD <g> TO <h>", 10),
        ("COPY <g> TO <h> ; COPY <h> TO <i>", 20),
        (
            "INSERT DATA { GRAPH <n> { <a> <p> 1 , 2 , 3 } } ; COPY <n> TO <h>",
            6,
        ),
        (
            "INSERT DATA { GRAPH <n> { <a> <p> 1 , 2 , 3 } } ; DELETE DATA { GRAPH <n> { <a> <p> 1 , 2 } }",
            5,
        ),
        ("DELETE WHERE { GRAPH <g> { ?s ?p ?o } }", 10),
        (
            "INSERT { GRAPH <h> { ?o ?p ?s . ?s ?p ?o } } WHERE { GRAPH <g> { ?s ?p ?o } }",
            20,
        ),
    ];
    for (text, moved) in cases {
        assert!(within(&kb, text, rows(moved)).is_ok(), "{text}");
        let stopped = within(&kb, text, rows(moved - 1));
        assert!(
            matches!(
                stopped,
                Err(UpdateError::Query(QueryError::Stopped(Stopped::Rows(_))))
            ),
            "{text}: {stopped:?}"
        );
    }
    // What is held counts as well: each copy of a copy is held until the end.
    let copies: Vec<String> = (0..400).map(|n| format!("COPY <g> TO <h{n}>")).collect();
    let memory = Limits {
        memory: Some(256 * 1024),
        ..Limits::NONE
    };
    let stopped = within(&kb, &copies.join(" ; "), memory);
    assert!(
        matches!(
            stopped,
            Err(UpdateError::Query(QueryError::Stopped(Stopped::Memory(_))))
        ),
        "{stopped:?}"
    );
}

/// Two hundred thousand triples that go again take a blink where each is found at once, and minutes where the others are looked through.
#[test]
fn what_is_taken_back_is_found_without_looking_through_the_rest() {
    let kb = kb(SMALL);
    let objects: Vec<String> = (0..200_000).map(|n| n.to_string()).collect();
    let objects = objects.join(" , ");
    let text = format!(
        "INSERT DATA {{ GRAPH <n> {{ <a> <p> {objects} }} }} ; DELETE DATA {{ GRAPH <n> {{ <a> <p> {objects} }} }}"
    );
    let limits = Limits {
        time: Some(std::time::Duration::from_secs(10)),
        ..Limits::NONE
    };
    assert_eq!(within(&kb, &text, limits).unwrap(), 1);
}
