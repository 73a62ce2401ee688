//! The fourteen shapes: ours against Oxigraph, and a reader of half of the graphs against a reader of all.

use crate::data;
use crate::measure::{medians, resident};
use kenning_access::{Clearance, Groups, Scale};
use kenning_sparql::{Limits, ParseOptions, Prepared, RunOptions};
use kenning_store::{KnowledgeBase, View};
use oxigraph::model::{GraphName, Quad, Term};
use oxigraph::sparql::{PreparedSparqlQuery, QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::time::Instant;

/// What an answer is, whatever the order of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answer {
    rows: u64,
    hash: u64,
}

impl Answer {
    fn add<'a>(&mut self, values: impl Iterator<Item = Option<&'a Term>>) {
        let mut hasher = DefaultHasher::new();
        for value in values {
            value.map(ToString::to_string).hash(&mut hasher);
        }
        self.rows += 1;
        self.hash = self.hash.wrapping_add(hasher.finish());
    }
}

pub fn prepare(text: &str) -> Prepared {
    Prepared::parse(text, &ParseOptions::default()).unwrap()
}

/// Our answer to a query, counted, and looked at if `answer` is given.
pub fn ours(view: &View, query: &Prepared, answer: Option<&mut Answer>) -> u64 {
    let options = RunOptions {
        limits: Limits::NONE,
        ..RunOptions::default()
    };
    let mut found = Answer::default();
    let checked = answer.is_some();
    let outcome = query
        .solutions(view, &options, &mut |solution| {
            if checked {
                found.add(solution.values().iter().map(Option::as_ref));
            } else {
                std::hint::black_box(solution.values());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    if let Some(answer) = answer {
        *answer = found;
    }
    outcome.rows
}

fn prepare_theirs(query: &str, union: bool) -> PreparedSparqlQuery {
    let mut prepared = SparqlEvaluator::new().parse_query(query).unwrap();
    if union {
        prepared.dataset_mut().set_default_graph_as_union();
    }
    prepared
}

fn theirs(store: &Store, query: &PreparedSparqlQuery, answer: Option<&mut Answer>) -> u64 {
    let QueryResults::Solutions(solutions) = query.clone().on_store(store).execute().unwrap()
    else {
        panic!("not a SELECT");
    };
    let mut found = Answer::default();
    let mut rows = 0;
    let checked = answer.is_some();
    for solution in solutions {
        let solution = solution.unwrap();
        rows += 1;
        if checked {
            found.add(solution.values().iter().map(Option::as_ref));
        } else {
            std::hint::black_box(solution.values());
        }
    }
    if let Some(answer) = answer {
        *answer = found;
    }
    rows
}

/// A reader who sees half of the graphs.
pub fn half() -> Clearance {
    let level = Scale::default().parse_level("internal").unwrap();
    Clearance::new(level, Groups::of(["hr"]).unwrap())
}

fn rivals(graphs: u32, half: &Clearance) -> (Store, Store) {
    let store = Store::new().unwrap();
    let visible = Store::new().unwrap();
    let (before, begun) = (resident(), Instant::now());
    let mut loader = store.bulk_loader();
    let quads = (0..graphs).flat_map(|graph| {
        let name = data::graph_name(graph);
        data::triples(graph).into_iter().map(move |triple| {
            let name = name.clone();
            Quad::new(triple.subject, triple.predicate, triple.object, name)
        })
    });
    loader.load_quads(quads).unwrap();
    loader.commit().unwrap();
    println!(
        "oxigraph: {:.0} MiB resident, {:.1} s by quads",
        resident() - before,
        begun.elapsed().as_secs_f64()
    );
    let mut loader = visible.bulk_loader();
    let quads = (0..graphs)
        .filter(|graph| half.sees(&data::label(*graph)))
        .flat_map(|graph| data::triples(graph).into_iter())
        .map(|triple| {
            let name = GraphName::DefaultGraph;
            Quad::new(triple.subject, triple.predicate, triple.object, name)
        });
    loader.load_quads(quads).unwrap();
    loader.commit().unwrap();
    (store, visible)
}

pub fn run(kb: &KnowledgeBase, graphs: u32, only: Option<&str>, rival: bool) {
    let half = half();
    let all = kb.view(&Clearance::everything("the benchmark reads all"));
    let some = kb.view(&half);
    let rivals = rival.then(|| rivals(graphs, &half));
    println!(
        "shapes: median CPU ms of one evaluation, parsed beforehand on both sides; ours and theirs take turns"
    );
    println!(
        "{:20} {:>9} {:>9} {:>9} {:>9} {:>7} {:>7}  answer",
        "", "half", "all", "oxi all", "oxi vis", "all x", "half x"
    );
    let (mut product, mut product_half, mut shapes) = (1.0, 1.0, 0);
    let (mut slower, mut below, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (name, text) in data::queries(graphs) {
        if only.is_some_and(|only| !name.starts_with(only)) {
            continue;
        }
        let query = prepare(&text);
        let [our_half, our_all] = medians([&mut || ours(&some, &query, None), &mut || {
            ours(&all, &query, None)
        }]);
        let mut answer = Answer::default();
        ours(&some, &query, Some(&mut answer));
        let (mut their_all, mut their_visible, mut check) = (f64::NAN, f64::NAN, "");
        if let Some((store, visible)) = &rivals {
            let union = prepare_theirs(&text, true);
            let plain = prepare_theirs(&text, false);
            [their_all, their_visible] =
                medians([&mut || theirs(store, &union, None), &mut || {
                    theirs(visible, &plain, None)
                }]);
            let mut right = Answer::default();
            theirs(visible, &plain, Some(&mut right));
            check = match (name.starts_with("Q9"), right == answer) {
                (true, _) => "has graphs",
                (_, true) => "equal",
                (_, false) => "DIFFERENT",
            };
            if check == "DIFFERENT" {
                wrong.push(name);
            }
            product *= their_all / our_all;
            product_half *= their_visible / our_half;
            shapes += 1;
            if their_all < our_all {
                below.push(name);
            }
        }
        // Two medians of the same work differ by a few hundredths.
        if our_half > our_all * 1.05 {
            slower.push(name);
        }
        println!(
            "{name:20} {our_half:9.4} {our_all:9.4} {their_all:9.4} {their_visible:9.4} {:7.1} {:7.1}  {} rows {check}",
            their_all / our_all,
            their_visible / our_half,
            answer.rows
        );
    }
    let verdict = |bad: &[&str]| match bad {
        [] => "holds".to_owned(),
        bad => format!("MISSED: {}", bad.join(", ")),
    };
    if shapes > 0 {
        let root = 1.0 / f64::from(shapes);
        let mean = f64::powf(product, root);
        println!(
            "geometric means: {mean:.1} times Oxigraph's union, {:.1} times Oxigraph on the visible triples alone",
            f64::powf(product_half, root)
        );
        println!(
            "at least 7 times in the mean: {}",
            if mean >= 7.0 { "holds" } else { "MISSED" }
        );
        println!("no shape slower than Oxigraph's union: {}", verdict(&below));
        println!("equal answers: {}", verdict(&wrong));
    }
    println!(
        "half hidden is never slower than all visible: {}",
        verdict(&slower)
    );
}
