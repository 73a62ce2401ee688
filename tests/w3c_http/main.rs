//! The W3C's SPARQL suites against a real server over HTTP, where they are present beside the checkout.
//!
//! Data goes in by the graph store protocol with a token, updates with the same token, and queries are asked without one, in
//! each of the three request forms by turns. The protocol suites are sent request by request as their manifests have them.
//! Comparison is as strict as in process. `expected.txt` names what fails here and not in process, and why; a test that passes
//! although it is named in one of the two lists fails the run.
//! `cargo test -p kenning-suite --test w3c_http -- NAME` runs those whose name holds NAME.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

#[path = "../../crates/kenning-server/tests/common/mod.rs"]
mod common;
#[path = "../w3c/compare.rs"]
mod compare;
#[path = "../w3c/manifest.rs"]
#[allow(
    dead_code,
    reason = "what only RDF syntaxes need is of no use here, and the rest is"
)]
mod manifest;
#[path = "../w3c/query.rs"]
#[allow(
    dead_code,
    reason = "what asks in process is of no use here, and the rest is"
)]
mod query;

mod ask;
mod protocol;

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};

/// Suite, manifest below the suites' folder.
const SUITES: &[(&str, &str)] = &[
    ("sparql10", "sparql/sparql10/manifest.ttl"),
    ("sparql11", "sparql/sparql11/manifest.ttl"),
    ("sparql12", "sparql/sparql12/manifest.ttl"),
];

/// (suite, kind of test) → (passed, all).
type Table = Arc<Mutex<BTreeMap<(String, String), (u32, u32)>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if manifest::folder().is_none() {
        println!("skipped: the test suites are not beside the checkout");
        return ExitCode::SUCCESS;
    }
    let table = Table::default();
    let mut expected = manifest::expected();
    expected.extend(manifest::causes(include_str!("expected.txt")));
    let mut trials = Vec::new();
    let mut add =
        |suite: &str, kind: String, id: &str, run: Box<dyn FnOnce() -> Verdict + Send>| {
            let name = format!("{suite}/{id}");
            let cause = expected.get(name.as_str()).copied();
            let (table, suite) = (Arc::clone(&table), suite.to_owned());
            trials.push(Trial::test(name, move || {
                judge(&table, (suite, kind), cause, run)
            }));
        };
    for (suite, path) in SUITES {
        for case in manifest::cases(&format!("{}{path}", manifest::WEB)) {
            let Some(kind) = ask::kind(&case) else {
                continue;
            };
            let kind = if case.approved {
                kind.to_owned()
            } else {
                format!("{kind}, not approved")
            };
            let id = case.id.clone();
            add(suite, kind, &id, Box::new(move || ask::run(&case)));
        }
    }
    for (suite, test) in protocol::tests() {
        let id = test.id().to_owned();
        let run = Box::new(move || test.run());
        add(suite, "requests and answers".to_owned(), &id, run);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    println!("\nstrictly passed over HTTP, of those that ran:");
    for ((suite, kind), (passed, all)) in table.lock().unwrap().iter() {
        println!(
            "  {suite:<20} {kind:<25} {passed:>4} of {all:>4}  {:.1} %",
            100.0 * f64::from(*passed) / f64::from(*all)
        );
    }
    conclusion.exit_code()
}

/// How a test ended: well, or why not.
type Verdict = Result<(), String>;

fn judge(
    table: &Table,
    place: (String, String),
    cause: Option<&str>,
    run: Box<dyn FnOnce() -> Verdict + Send>,
) -> Result<(), Failed> {
    let result = kenning_sparql::on_big_stack(move || {
        catch_unwind(std::panic::AssertUnwindSafe(run))
            .unwrap_or_else(|_| Err("it panicked".into()))
    })
    .unwrap_or_else(|error| Err(error.to_string()));
    let mut table = table.lock().unwrap();
    let counts = table.entry(place).or_default();
    counts.1 += 1;
    counts.0 += u32::from(result.is_ok());
    match (result, cause) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(why), None) => Err(why.into()),
        (Ok(()), Some(cause)) => {
            Err(format!("it passes, and is listed as failing: {cause}").into())
        }
    }
}
