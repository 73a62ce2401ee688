//! Two worlds: one server has everything, the other only what the asker may see. Whatever is asked, of whatever address, both
//! must answer alike, to the byte and with all headers, and what is written must come out alike.
//!
//! `KENNING_TRIALS` says how many trials are made (2,000 if it is not set). The nightly run makes 100,000 in a release build:
//! `KENNING_TRIALS=100000 cargo test --release -p kenning-server --test worlds`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod make;
mod terms;
mod world;

use kenning_access::Check;
use make::{BOX_LABEL, Trial, everything, iri, sees};
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokio::runtime::Runtime;
use world::{World, hidden};

/// The switches are the whole process's, so one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// What one trial showed.
struct Shown {
    /// What differs between the worlds, if anything does.
    leak: Option<String>,
    /// Whether an answer that looked at everything would have been another one.
    telling: bool,
}

/// Makes one trial; `broken` is left out while the full world is asked, and only there.
fn make_trial(runtime: &Runtime, trial: &Trial, broken: Option<Check>) -> Shown {
    let Trial {
        graphs,
        caller,
        asked,
        warmed,
    } = trial;
    let full = World::new(graphs.iter());
    let ideal = World::new(graphs.iter().filter(|graph| sees(caller, &graph.label)));
    let before = full.dump_all();
    if let Some(check) = broken {
        check.switch_off();
    }
    let known = warmed.then(|| full.ask(runtime, &everything(), asked, None));
    let known = known.as_ref().and_then(|answer| answer.tag());
    let here = full.ask(runtime, caller, asked, known);
    Check::all_on();
    let there = ideal.ask(runtime, caller, asked, known);
    let mut leak = None;
    if here != there {
        leak = Some(format!(
            "{here:#?}\n-- but in the other world --\n{there:#?}"
        ));
    }
    let after = full.dump_all();
    if leak.is_none() && asked.is_update {
        let (here, there) = (full.dump(caller), ideal.dump(caller));
        if here != there {
            leak = Some(format!(
                "left behind: {here:#?}\n-- but in the other world --\n{there:#?}"
            ));
        }
        // What the writer does not see is as it was, apart from what it put into its box and made above itself.
        let own = |line: &String| line.contains(&iri("box")) || line.contains(&iri("own/"));
        let keep = |lines: Vec<String>| -> Vec<String> {
            let lines = hidden(lines, |label| sees(caller, label));
            lines.into_iter().filter(|line| !own(line)).collect()
        };
        let (was, is) = (keep(before.clone()), keep(after.clone()));
        if leak.is_none() && was != is {
            leak = Some(format!(
                "hidden things changed: {was:#?}\n-- to --\n{is:#?}"
            ));
        }
        let boxed = |lines: &[String]| -> Vec<String> {
            let inside = format!("{BOX_LABEL} {}", iri("box"));
            lines
                .iter()
                .filter(|line| line.starts_with(&inside))
                .cloned()
                .collect()
        };
        let (was, is) = (boxed(&before), boxed(&after));
        if leak.is_none() && was.iter().any(|line| !is.contains(line)) {
            leak = Some(format!("taken out of the box: {was:#?}\n-- to --\n{is:#?}"));
        }
    }
    let telling = if asked.is_update {
        // Somebody in the same role who sees more, or who may write more.
        let mut more = [everything(), caller.clone()];
        for other in &mut more {
            other.role = caller.role;
            other.reason = caller.reason;
        }
        more[0].writes.clone_from(&caller.writes);
        more[1].writes.push("*".to_owned());
        more.iter().any(|other| {
            let again = World::new(graphs.iter());
            let answer = again.ask(runtime, other, asked, None);
            answer.status != here.status || again.dump_all() != after
        })
    } else {
        let mut all = everything();
        all.role = caller.role;
        if all.role == "ingest" {
            all.role = "editor";
        }
        all.writes.clone_from(&caller.writes);
        full.ask(runtime, &all, asked, None) != full.ask(runtime, caller, asked, None)
    };
    Shown { leak, telling }
}

#[test]
fn no_answer_and_no_write_depends_on_anything_hidden() {
    let _alone = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let trials = std::env::var("KENNING_TRIALS");
    let trials: u64 = trials
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2_000);
    let from = std::env::var("KENNING_FIRST_TRIAL");
    let from: u64 = from.ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let runtime = runtime();
    let mut telling = 0;
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut leaks = Vec::new();
    for number in from..from + trials {
        let trial = Trial::of(number);
        let shown = make_trial(&runtime, &trial, None);
        telling += u64::from(shown.telling);
        let path = trial.asked.target.split(['?']).next().unwrap();
        let path: String = path.chars().take(6).collect();
        let kind = kinds
            .entry(format!("{} {path}", trial.asked.method))
            .or_default();
        kind.0 += 1;
        kind.1 += u64::from(shown.telling);
        if let Some(leak) = shown.leak {
            leaks.push(format!(
                "trial {number}: {:?} {:?}\n{:#?}\n{:?}\n{leak}",
                trial.asked, trial.caller, trial.graphs, trial.warmed
            ));
            if leaks.len() >= 5 {
                break;
            }
        }
    }
    println!("{trials} trials, {telling} could have shown a leak: {kinds:?}");
    assert!(leaks.is_empty(), "{}", leaks.join("\n\n"));
    assert!(
        telling * 3 >= trials,
        "only {telling} of {trials} trials could have shown a leak"
    );
}

/// Whether anybody would notice if one of the checks were missing.
#[test]
fn each_check_that_is_left_out_is_noticed() {
    const MOST: u64 = 1_000;
    let _alone = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let runtime = runtime();
    for check in Check::ALL {
        let noticed = (0..MOST).find(|number| {
            make_trial(&runtime, &Trial::of(*number), Some(check))
                .leak
                .is_some()
        });
        let Some(trial) = noticed else {
            panic!("without {check:?}, {MOST} trials show no difference");
        };
        println!("without {check:?}, trial {trial} shows it");
    }
}
