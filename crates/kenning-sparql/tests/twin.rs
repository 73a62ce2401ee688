//! The answer over a reader's view equals the answer over a store that holds only what the reader may see.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Groups, Label, Scale};
use kenning_sparql::{
    AnswerFormat, DEFAULT_GRAPH, Dataset, DefaultGraphs, Form, Limits, ParseOptions, Prepared,
    RunOptions,
};
use kenning_store::{Batch, KnowledgeBase, Options};
use oxrdf::{Literal, NamedNode, Term, Triple};

/// A small generator of numbers (xorshift), so that a failing trial can be run again from its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.roll(list.len())]
    }
}

type Graphs = Vec<(NamedNode, Label, Vec<Triple>)>;

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://e/{name}")).unwrap()
}

fn graphs(dice: &mut Dice, scale: &Scale) -> Graphs {
    let labels = [
        "public",
        "internal",
        "confidential",
        "confidential{hr}",
        "internal{hr|legal}",
        "restricted{legal}",
    ];
    let count = 4 + dice.roll(4);
    let mut graphs: Graphs = Vec::new();
    for i in 0..=count {
        let name = if i == count {
            DEFAULT_GRAPH.into_owned()
        } else {
            node(&format!("g{i}"))
        };
        let label = scale.parse_label(dice.pick(&labels)).unwrap();
        let triples = (0..1 + dice.roll(8)).map(|_| {
            let object: Term = match dice.roll(4) {
                0 => Literal::from(i64::try_from(dice.roll(4)).unwrap()).into(),
                1 => node(&format!("g{}", dice.roll(count))).into(),
                _ => node(&format!("n{}", dice.roll(4))).into(),
            };
            Triple::new(
                node(&format!("n{}", dice.roll(4))),
                node(&format!("p{}", dice.roll(2))),
                object,
            )
        });
        graphs.push((name, label, triples.collect()));
    }
    graphs
}

fn pattern(dice: &mut Dice, depth: usize) -> String {
    let var = |dice: &mut Dice| dice.pick(&["?a", "?b", "?c"]).to_owned();
    let term = |dice: &mut Dice| {
        dice.pick(&["?a", "?b", "?c", "?a", "?b", "?c", ":n0", ":n1", ":n2"])
            .to_owned()
    };
    let triple = |dice: &mut Dice| {
        let predicate = dice.pick(&[
            ":p0",
            ":p1",
            "?p",
            ":p0+",
            ":p0*",
            ":p0/:p1",
            "^:p1",
            "!:p0",
            ":p1?",
            "(:p0|:p1)*",
        ]);
        format!("{} {predicate} {}", term(dice), term(dice))
    };
    if depth == 0 {
        return triple(dice);
    }
    let inner = pattern(dice, depth - 1);
    let other = pattern(dice, depth - 1);
    match dice.roll(17) {
        0..=2 => format!("{inner} . {}", triple(dice)),
        3 | 4 => format!("GRAPH ?g {{ {inner} }}"),
        5 => format!(
            "GRAPH {} {{ {inner} }}",
            dice.pick(&[":g0", ":g1", ":g2", "<urn:kenning:default-graph>"])
        ),
        6 => format!("GRAPH ?g {{ {inner} }} . {other}"),
        7 => format!("{{ {inner} }} UNION {{ {other} }}"),
        8 => format!("{inner} OPTIONAL {{ {other} }}"),
        9 => format!("{inner} MINUS {{ {other} }}"),
        10 => format!(
            "{inner} FILTER {}EXISTS {{ {other} }}",
            dice.pick(&["", "NOT "])
        ),
        11 => format!(
            "{inner} FILTER({} {} {})",
            var(dice),
            dice.pick(&["=", "!=", "<"]),
            term(dice)
        ),
        12 => format!(
            "{{ SELECT {0} (COUNT(*) AS ?n) {{ {inner} }} GROUP BY {0} }}",
            var(dice)
        ),
        13 => format!(
            "{{ SELECT (COUNT(DISTINCT {}) AS ?n) {{ {inner} }} }}",
            var(dice)
        ),
        14 => format!("{{ SELECT DISTINCT {} {{ {inner} }} }} {other}", var(dice)),
        15 => format!("VALUES {} {{ :n0 :n3 :g1 }} {inner}", var(dice)),
        _ => format!("GRAPH ?g {{}} {inner}"),
    }
}

fn query(dice: &mut Dice) -> String {
    let depth = dice.roll(3);
    let inside = pattern(dice, depth);
    let from = match dice.roll(8) {
        0 => "FROM :g0 FROM :g1",
        1 => "FROM :g2 FROM NAMED :g0 FROM NAMED :g3",
        2 => "FROM NAMED :g1",
        _ => "",
    };
    let text = match dice.roll(10) {
        0 => format!("ASK {from} {{ {inside} }}"),
        1 => format!("CONSTRUCT {{ ?a :x ?b . :s :y ?c }} {from} {{ {inside} }}"),
        2 => format!("DESCRIBE :n0 ?a {from} {{ {inside} }}"),
        3 => {
            format!("SELECT (COUNT(*) AS ?n) (MIN(?a) AS ?m) (SUM(?b) AS ?t) {from} {{ {inside} }}")
        }
        4 => format!("SELECT ?a (COUNT(?b) AS ?n) {from} {{ {inside} }} GROUP BY ?a"),
        5 => format!("SELECT DISTINCT ?g {from} {{ GRAPH ?g {{ {inside} }} }}"),
        _ => format!("SELECT * {from} {{ {inside} }}"),
    };
    format!("PREFIX : <http://e/> {text}")
}

/// The answer's rows, sorted, or the error.
fn rows(
    kb: &KnowledgeBase,
    reader: &Clearance,
    prepared: &Prepared,
    dataset: &Dataset,
) -> Vec<String> {
    let format = match prepared.form() {
        Form::Select | Form::Ask => "tsv",
        Form::Construct | Form::Describe => "nt",
    };
    let format = AnswerFormat::named(format, prepared.form()).unwrap();
    let limits = Limits {
        rows: Some(100_000),
        ..Limits::default()
    };
    let mut out = Vec::new();
    let options = RunOptions {
        dataset: dataset.clone(),
        limits,
        ..RunOptions::default()
    };
    match prepared.run(&kb.view(reader), &options, format, &mut out) {
        Ok(_) => {
            let mut rows: Vec<String> = String::from_utf8(out)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect();
            rows.sort_unstable();
            rows
        }
        Err(error) => vec![error.to_string()],
    }
}

fn store(graphs: &Graphs) -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for (name, label, triples) in graphs {
        batch.put_graph(name.clone(), label.clone(), triples.clone());
    }
    kb.commit(batch).unwrap();
    kb
}

#[test]
fn an_answer_depends_on_nothing_hidden() {
    const TRIALS: u64 = 2_000;
    let scale = Scale::default();
    let everything = Clearance::new(
        scale.parse_level("restricted").unwrap(),
        Groups::of(["hr", "legal"]).unwrap(),
    );
    let (mut telling, mut unparsed) = (0, 0);
    for trial in 0..TRIALS {
        let mut dice =
            Dice(0x9E37_79B9_7F4A_7C15 ^ (trial + 1).wrapping_mul(0xD134_2543_DE82_EF95));
        for _ in 0..5 {
            dice.roll(2);
        }
        let all = graphs(&mut dice, &scale);
        let groups = dice.pick::<[&str]>(&[&[], &["hr"], &["legal"]]);
        let level = dice.pick(&["public", "internal", "confidential"]);
        let reader = Clearance::new(
            scale.parse_level(level).unwrap(),
            Groups::of(groups.iter().copied()).unwrap(),
        );
        let visible: Graphs = all
            .iter()
            .filter(|(_, label, _)| reader.sees(label))
            .cloned()
            .collect();
        let text = query(&mut dice);
        let dataset = match dice.roll(6) {
            0 => Dataset {
                default: DefaultGraphs::Own,
                named: None,
            },
            1 => Dataset::of(vec![node("g0"), node("g1")], vec![node("g1"), node("g2")]),
            _ => Dataset::default(),
        };
        let Ok(prepared) = Prepared::parse(&text, &ParseOptions::default()) else {
            unparsed += 1;
            continue;
        };
        let kb = store(&all);
        let seen = rows(&kb, &reader, &prepared, &dataset);
        let ideal = rows(&store(&visible), &everything, &prepared, &dataset);
        assert_eq!(
            seen, ideal,
            "trial {trial}: {text}\nreader {reader:?}\n{all:#?}"
        );
        telling += u64::from(rows(&kb, &everything, &prepared, &dataset) != seen);
    }
    println!("{TRIALS} trials, {telling} would have shown a leak, {unparsed} did not parse");
    assert!(
        telling * 3 >= TRIALS,
        "only {telling} of {TRIALS} trials could have shown a leak"
    );
    assert!(unparsed * 20 < TRIALS, "{unparsed} queries did not parse");
}
