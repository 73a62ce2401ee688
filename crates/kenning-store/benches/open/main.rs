//! The time from opening a data directory until its first answer: from the copy of the index, without one, and after a
//! crash; all on the same data, one after the other.
//!
//! `cargo bench -p kenning-store --bench open` opens a million quads, `-- 1000000 10000000` each of these sizes.
//! A figure is the median of five openings of wall time; the files are in the page cache of the operating system.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark may end in a panic and prints what it finds"
)]

#[path = "../store/data.rs"]
#[allow(dead_code, reason = "the other benchmark asks more")]
mod data;

use kenning_access::Clearance;
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Opened, Options, Pattern};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many graphs a writer changes before it is killed.
const CHANGED: u32 = 300;
const COPY: &str = "kenning.cache";

fn open(directory: &Path) -> KnowledgeBase {
    KnowledgeBase::open(directory, Options::default()).unwrap()
}

/// Opens, asks who says anything about a term, and waits for the first row.
fn first_answer(directory: &Path) -> (Duration, Opened) {
    let start = Instant::now();
    let kb = open(directory);
    let view = kb.view(&Clearance::anonymous());
    let predicate = view.id(oxrdf::vocab::rdf::TYPE.into());
    let pattern = Pattern {
        predicate,
        ..Pattern::all(GraphPattern::Union)
    };
    assert!(predicate.is_some() && view.quads(pattern).next().is_some());
    (start.elapsed(), kb.opened().clone())
}

/// The median of five openings of copies of `directory`, each closed again untimed.
fn report(what: &str, directory: &Path, keep: bool) {
    let mut times = Vec::new();
    let mut how = None;
    for _ in 0..5 {
        let place = tempfile::tempdir_in(directory.parent().unwrap()).unwrap();
        for entry in std::fs::read_dir(directory).unwrap() {
            let name = entry.unwrap().file_name();
            if keep || name != COPY {
                std::fs::copy(directory.join(&name), place.path().join(&name)).unwrap();
            }
        }
        let (time, opened) = first_answer(place.path());
        times.push(time);
        how = Some(opened);
    }
    times.sort();
    println!(
        "  {what}: {:.0?} (longest {:.0?}; {:?})",
        times[2],
        times[4],
        how.unwrap()
    );
}

fn fill(directory: &Path, quads: u64) {
    let kb = open(directory);
    let (mut graph, mut done) = (0, 0);
    while done < quads {
        let mut batch = Batch::new();
        for _ in 0..1000 {
            let triples = data::triples(graph);
            done += triples.len() as u64;
            batch.put_graph(data::graph_name(graph), data::label(graph), triples);
            graph += 1;
        }
        kb.commit(batch).unwrap();
    }
    let start = Instant::now();
    drop(kb);
    let size = |name: &str| {
        std::fs::metadata(directory.join(name)).map_or(0, |data| data.len()) as f64 / 1e6
    };
    println!(
        "{done} quads in {graph} graphs: {:.0} MB of truth, {:.0} MB of copy; closing took {:.1?}",
        size("truth.redb"),
        size(COPY),
        start.elapsed()
    );
}

/// Changes graphs until it is killed.
fn write(directory: &Path) {
    let kb = open(directory);
    for graph in 0..CHANGED {
        let mut batch = Batch::new();
        let name = data::graph_name(graph * 7);
        batch.put_graph(name, data::label(graph), data::triples(graph * 7 + 1));
        kb.commit(batch).unwrap();
    }
    println!("done");
    std::thread::sleep(Duration::from_secs(600));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [what, directory] = &arguments[..]
        && what == "write"
    {
        return write(Path::new(directory));
    }
    let mut sizes: Vec<u64> = arguments
        .iter()
        .filter_map(|size| size.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes.push(1_000_000);
    }
    for quads in sizes {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("data");
        fill(&directory, quads);
        report("with the copy of the index", &directory, true);
        report("without one", &directory, false);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("write")
            .arg(&directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "done");
        child.kill().unwrap();
        child.wait().unwrap();
        report(
            "after kill -9 of a writer that changed 300 graphs",
            &directory,
            true,
        );
    }
}
