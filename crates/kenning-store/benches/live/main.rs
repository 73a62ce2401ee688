//! Reading and writing together, on a durable store: how soon a replaced note can be queried, how long readers ever wait
//! while runs are merged, and what a single quad costs in a large graph.
//!
//! `cargo bench -p kenning-store --bench live -- [notes|pauses|single]... [--seconds 10] [--quads 2000000] [--dir DIR]`
//!
//! All figures are wall-clock time. Each promise is printed with a verdict.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark may end in a panic, prints what it finds, and shares files with another"
)]

#[path = "../store/data.rs"]
mod data;

use kenning_access::{Clearance, Label};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
use oxrdf::{Literal, NamedNode, Triple};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const WRITERS: u32 = 64;

struct Args {
    parts: Vec<String>,
    seconds: u64,
    quads: u64,
    dir: PathBuf,
}

fn main() {
    let mut args = Args {
        parts: Vec::new(),
        seconds: 10,
        quads: 2_000_000,
        dir: std::env::temp_dir(),
    };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "--seconds" => args.seconds = given.next().unwrap().parse().unwrap(),
            "--quads" => args.quads = given.next().unwrap().parse().unwrap(),
            "--dir" => args.dir = given.next().unwrap().into(),
            "--bench" => {}
            part => args.parts.push(part.to_owned()),
        }
    }
    let wants = |part: &str| args.parts.is_empty() || args.parts.iter().any(|given| given == part);
    if wants("notes") {
        notes(&args);
    }
    if wants("pauses") {
        pauses(&args);
    }
    if wants("single") {
        single(&args);
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

fn everything() -> Clearance {
    Clearance::everything("the benchmark reads all")
}

fn open(args: &Args) -> (tempfile::TempDir, KnowledgeBase) {
    let dir = tempfile::tempdir_in(&args.dir).unwrap();
    let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
    (dir, kb)
}

fn fill(kb: &KnowledgeBase, graphs: u32) {
    for first in (0..graphs).step_by(2000) {
        let mut batch = Batch::new();
        for graph in first..graphs.min(first + 2000) {
            batch.put_graph(
                data::graph_name(graph),
                data::label(graph),
                data::triples(graph),
            );
        }
        kb.commit(batch).unwrap();
    }
}

/// A percentile in milliseconds; sorts the times.
fn percentile(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let place = ((times.len() as f64 - 1.0) * part).round() as usize;
    times
        .get(place)
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

fn describe(times: &mut [Duration]) -> String {
    format!(
        "p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        percentile(times, 0.5),
        percentile(times, 0.99),
        percentile(times, 1.0)
    )
}

/// Whether a view sees this round of a note.
fn sees(kb: &KnowledgeBase, note: u32, round: u64) -> bool {
    let view = kb.view(&everything());
    let (Some(subject), Some(object)) = (
        view.id(data::id("note/handbook", note).as_ref().into()),
        view.id(Literal::from(round).as_ref().into()),
    ) else {
        return false;
    };
    let mut quads = view.quads(Pattern {
        subject: Some(subject),
        predicate: view.id(data::km("round").as_ref().into()),
        object: Some(object),
        graph: GraphPattern::Union,
    });
    quads.next().is_some()
}

/// The batch that replaces a note in a round.
fn replacement(note: u32, round: u64) -> Batch {
    let mut triples = data::triples(note);
    let subject = data::id("note/handbook", note);
    triples.push(Triple::new(
        subject,
        data::km("round"),
        Literal::from(round),
    ));
    let mut batch = Batch::new();
    batch.put_graph(data::graph_name(note), data::label(note), triples);
    batch
}

/// Writers replace notes of a hundred triples, and each looks for what it wrote.
fn notes(args: &Args) {
    let (_dir, kb) = open(args);
    let graphs = (args.quads / data::QUADS_OF_A_GRAPH) as u32;
    fill(&kb, graphs.max(WRITERS));
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let all: Mutex<[Vec<Duration>; 3]> = Mutex::default();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (kb, all) = (&kb, &all);
            scope.spawn(move || {
                let mut times: [Vec<Duration>; 3] = Default::default();
                let mut round = 0;
                while Instant::now() < end {
                    round += 1;
                    let note = (writer + WRITERS * (round as u32 % 50)) % graphs.max(WRITERS);
                    let batch = replacement(note, round);
                    let called = Instant::now();
                    kb.commit(batch).unwrap();
                    let returned = Instant::now();
                    while !sees(kb, note, round) {
                        std::thread::yield_now();
                    }
                    let seen = Instant::now();
                    times[0].push(returned - called);
                    times[1].push(seen - returned);
                    times[2].push(seen - called);
                }
                let mut all = all.lock().unwrap();
                for (all, mut own) in all.iter_mut().zip(times) {
                    all.append(&mut own);
                }
            });
        }
    });
    let [mut commit, mut after, mut whole] = all.into_inner().unwrap();
    println!(
        "notes: {WRITERS} writers replace notes of {graphs} for {} s, {} replacements a second, {} runs at the end",
        args.seconds,
        commit.len() as u64 / args.seconds,
        kb.usage().runs
    );
    println!(
        "  from calling commit to its return: {}",
        describe(&mut commit)
    );
    println!(
        "  from its return to the first answer: {}",
        describe(&mut after)
    );
    println!(
        "  from calling commit to the first answer: {}",
        describe(&mut whole)
    );
    println!(
        "  a replaced note can be queried within 20 ms of the commit (p99): {}",
        verdict(percentile(&mut after, 0.99) <= 20.0)
    );
    println!(
        "  the same from the call of commit, flush to the disk included: {}",
        verdict(percentile(&mut whole, 0.99) <= 20.0)
    );
}

/// One reader asks all the time while notes are replaced and runs are merged.
fn pauses(args: &Args) {
    let (_dir, kb) = open(args);
    let graphs = (args.quads / data::QUADS_OF_A_GRAPH) as u32;
    fill(&kb, graphs);
    kb.merge();
    let stop = AtomicBool::new(false);
    let (merges, replaced) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut times = Vec::new();
    std::thread::scope(|scope| {
        let (kb, stop, replaced, merges) = (&kb, &stop, &replaced, &merges);
        scope.spawn(move || {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut batch = Batch::new();
                for _ in 0..50 {
                    round += 1;
                    let note = data::mixed(round) as u32 % graphs;
                    batch.put_graph(
                        data::graph_name(note),
                        data::label(note),
                        data::triples(note),
                    );
                }
                kb.commit(batch).unwrap();
                replaced.fetch_add(50, Ordering::Relaxed);
            }
        });
        scope.spawn(move || {
            // Merges of everything come one after the other, as they would after a great many changes.
            while !stop.load(Ordering::Relaxed) {
                kb.merge();
                merges.fetch_add(1, Ordering::Relaxed);
            }
        });
        let end = Instant::now() + Duration::from_secs(args.seconds);
        let mut number = 0;
        while Instant::now() < end {
            number += 1;
            let begun = Instant::now();
            let view = kb.view(&everything());
            let note = data::mixed(number) as u32 % graphs;
            let subject = view.id(data::id("note/handbook", note).as_ref().into());
            let quads = view.quads(Pattern {
                subject,
                predicate: None,
                object: None,
                graph: GraphPattern::Union,
            });
            assert!(quads.count_all().unwrap() > 0);
            drop(view);
            times.push(begun.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
    });
    println!(
        "pauses: {} reads of a note while {} notes are replaced and all {} quads are merged {} times: {}",
        times.len(),
        replaced.into_inner(),
        args.quads,
        merges.into_inner(),
        describe(&mut times)
    );
    println!(
        "  no reader waits for more than 50 ms: {}",
        verdict(percentile(&mut times, 1.0) <= 50.0)
    );
}

/// Single quads come to and go from one graph that holds everything.
fn single(args: &Args) {
    let (_dir, kb) = open(args);
    let name = NamedNode::new("http://example.org/large").unwrap();
    let node =
        |kind: &str, n: u64| NamedNode::new(format!("http://example.org/{kind}/{n}")).unwrap();
    let triple = |n: u64| {
        Triple::new(
            node("s", n / 10),
            node("p", n % 10),
            node("o", data::mixed(n) % 1000),
        )
    };
    let lines: String = (0..args.quads)
        .map(|n| format!("{} {name} .\n", triple(n)))
        .collect();
    let source = kenning_store::Source {
        name: "large".to_owned(),
        format: oxrdfio::RdfFormat::NQuads,
        base: None,
        graph: None,
        data: Box::new(lines.as_bytes()),
    };
    let begun = Instant::now();
    kb.load(vec![source], &Label::public(), &mut |_| {
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    println!(
        "single: a graph of {} quads, loaded and stored in {:.1} s",
        args.quads,
        begun.elapsed().as_secs_f64()
    );
    let (mut inserts, mut deletes) = (Vec::new(), Vec::new());
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut n = 0;
    while Instant::now() < end {
        n += 1;
        let mut batch = Batch::new();
        batch.insert(name.clone(), triple(args.quads + n));
        let begun = Instant::now();
        assert_eq!(kb.commit(batch).unwrap().inserted, 1);
        inserts.push(begun.elapsed());
        let mut batch = Batch::new();
        batch.remove(name.clone(), triple(data::mixed(n) % args.quads));
        let begun = Instant::now();
        kb.commit(batch).unwrap();
        deletes.push(begun.elapsed());
    }
    println!("  inserting one quad: {}", describe(&mut inserts));
    println!("  removing one quad: {}", describe(&mut deletes));
}
