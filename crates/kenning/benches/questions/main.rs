//! How long the questions take on a wiki of 10,000 notes: each file of `queries/`, and what is computed beside them.
//!
//! `cargo bench -p kenning --bench questions` makes the wiki, syncs it into memory, and prints a table; `-- 2000` makes one
//! of 2,000 notes, and `-- stale-notes` asks that question alone. The questions are read when it runs, so that another text of
//! one is tried without building. The wiki is the same every time. A figure is the median of five answers; the reader is cleared for
//! `confidential`, so that a part of the notes is hidden and every row is tested.
//! It ends with 1 where a question takes more than 100 ms or the audit more than 2 s, in a release build.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark may end in a panic and prints what it finds"
)]

mod wiki;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use kenning::config::Config;
use kenning::request::Place;
use kenning::site::Site;
use kenning::sync;
use kenning_access::Label;
use kenning_insight::audit::{History, audit, eyes};
use kenning_insight::record::{Draft, Recorder, record};
use kenning_insight::{AskError, Context, Library, Page, advice, experts, loss};
use kenning_store::{Batch, Cancel, KnowledgeBase, Options, View};

const MOST_FOR_A_QUESTION: Duration = Duration::from_millis(100);
const MOST_FOR_THE_AUDIT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let notes = std::env::args()
        .skip(1)
        .find_map(|text| text.parse().ok())
        .unwrap_or(10_000);
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|text| !text.starts_with('-') && text.parse::<usize>().is_err())
        .collect();
    let is_asked = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("house");
    wiki::make(&folder, notes);
    let config = Config::default();
    let kb = KnowledgeBase::in_memory(Options {
        scale: config.scale().clone(),
        ..Options::default()
    });
    let site = Site::over(kb, config, None).unwrap();
    let request = sync::Request {
        wikis: vec![Place::of(&folder)],
        wiki_level: Some("internal".to_owned()),
        dry_run: None,
    };
    let start = Instant::now();
    sync::run(&site, &request, &Cancel::new(), &mut |_| ()).unwrap();
    let synced = start.elapsed();
    let mut batch = Batch::new();
    for (name, triples) in wiki::records(notes) {
        batch.put_graph(name, Label::public(), triples);
    }
    site.kb.commit(batch).unwrap();

    let clearance = site.clearance("confidential", &[]).unwrap();
    let mut context = Context::new(wiki::TODAY.parse().unwrap());
    context.limits.time = Some(Duration::from_secs(5));
    // Two audits of the past, for the question that compares them.
    let whose = eyes(&clearance, site.kb.scale());
    let view = site.kb.view(&clearance);
    let mut history = History::default();
    let first = audit(&view, &whose, site.kb.scale(), None, &context).unwrap();
    history.add(&first);
    let mut batch = Batch::new();
    for day in ["2026-08-21", "2026-11-20"] {
        let name = site.base.record_graph(&format!("audit/{day}"));
        let mut then = first.clone();
        then.day = kenning_insight::Day::read(day).unwrap();
        // As much as people can look through; every tenth is new or gone.
        then.findings.truncate(2_200);
        if day == "2026-11-20" {
            then.findings.truncate(2_000);
        } else {
            then.findings.drain(..200);
        }
        let node = site.base.record("audit", day);
        batch.put_graph(name, Label::public(), then.triples(&site.base, &node));
    }
    site.kb.commit(batch).unwrap();

    let view = site.kb.view(&clearance);
    println!(
        "{notes} notes, {} graphs, {} findings in an audit; synced in {:.1} s\n",
        view.graphs().count(),
        first.findings.len(),
        synced.as_secs_f64()
    );
    println!("{:<28} {:>7} {:>9}", "question", "rows", "ms");
    let mut is_slow = false;
    let mut print = |name: &str, rows: usize, took: Duration, most: Duration| {
        let ms = took.as_secs_f64() * 1_000.0;
        let mark = if took > most { "  too slow" } else { "" };
        is_slow |= took > most;
        println!("{name:<28} {rows:>7} {ms:>9.1}{mark}");
    };
    let library = questions();
    for question in library.iter().filter(|question| is_asked(&question.name)) {
        let values = wiki::values(question, notes);
        let failed = std::cell::RefCell::new(None);
        // As `kenning ask` does: the first page of a question that is asked in pages, else all of it.
        let ask = || match question.page_rows() {
            Some(rows) => {
                let page = Page { number: 1, rows };
                let (answer, _) = question.page(&view, &values, &context, page)?;
                Ok::<_, AskError>(answer)
            }
            None => question.ask(&view, &values, &context),
        };
        // One alone is asked often, so that a profiler sees it.
        let runs = if only.is_empty() { 5 } else { 101 };
        let (rows, took) = median(runs, || match ask() {
            Ok(answer) => answer.rows.len(),
            Err(error) => {
                *failed.borrow_mut() = Some(error.to_string());
                0
            }
        });
        print(&question.name, rows, took, MOST_FOR_A_QUESTION);
        if let Some(error) = failed.into_inner() {
            println!("  {error}");
        }
    }
    if !only.is_empty() {
        return ExitCode::SUCCESS;
    }
    computed(&view, &site, &context, &mut print);
    let (rows, took) = median(5, || {
        let found = audit(&view, &whose, site.kb.scale(), Some(&history), &context).unwrap();
        found.findings.len()
    });
    print("audit", rows, took, MOST_FOR_THE_AUDIT);
    if is_slow && !cfg!(debug_assertions) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The questions as they stand in the folder.
fn questions() -> Library {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../queries"));
    let mut library = Library::default();
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let path = file.strip_prefix(root).unwrap().to_str().unwrap();
            library
                .add(path, &std::fs::read_to_string(&file).unwrap())
                .unwrap();
        }
    }
    library
}

/// What is computed in Rust, and a record. They read the whole picture first, so they are held to the time of an audit.
fn computed(
    view: &View,
    site: &Site,
    context: &Context,
    print: &mut dyn FnMut(&str, usize, Duration, Duration),
) {
    let topic = wiki::topic(7);
    let mut insight = |name: &str, ask: &dyn Fn() -> usize| {
        let (rows, took) = median(5, ask);
        print(name, rows, took, MOST_FOR_THE_AUDIT);
    };
    insight("experts (computed)", &|| {
        experts(view, &topic, context).unwrap().rows.len()
    });
    insight("loss (computed)", &|| {
        loss(view, &[], context).unwrap().rows.len()
    });
    insight("loss of one (computed)", &|| {
        loss(view, &[wiki::person(3)], context).unwrap().rows.len()
    });
    insight("advice (computed)", &|| {
        advice(view, &topic, context).unwrap().rows.len()
    });
    let label = site.kb.scale().parse_label("confidential").unwrap();
    let draft = Draft {
        kind: "referral".to_owned(),
        fields: BTreeMap::from([
            ("topic".to_owned(), vec![topic.clone()]),
            ("to".to_owned(), vec![wiki::person(3)]),
        ]),
        may_name_new: false,
    };
    insight("record (made, not written)", &|| {
        let recorder = Recorder {
            who: "bench",
            now: "2026-11-21T12:00:00Z",
            id: "x",
            flows_to: Some(&label),
        };
        record(view, &draft, &recorder, context)
            .unwrap()
            .triples
            .len()
    });
}

/// What the last of the runs gave, and the median of their times.
fn median(runs: usize, run: impl Fn() -> usize) -> (usize, Duration) {
    let mut rows = 0;
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            rows = run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (rows, times[runs / 2])
}
