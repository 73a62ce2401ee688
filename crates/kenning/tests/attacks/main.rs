//! Runs a catalogue of attacks over HTTP against server processes, with tokens as a user would make them.
//!
//! Each case is asked of the server with the whole fixture and of its twin, which holds only what the principal may see and other
//! data in place of the rest; status, headers and body must be the same. The catalogue lies beside the checkout; without it the test
//! says so and passes. Cases whose feature does not exist yet run as soon as its address answers; see [`features`].
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod catalogue;
#[path = "../common/mod.rs"]
mod common;
mod procedures;
mod requests;
mod world;

use catalogue::{Attack, Catalogue, Fixture};
use common::{Answer, shared};
use requests::{requests, same_as};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};
use world::{Sent, World};

/// Cases that need something else than a server, and where they are tested.
const ELSEWHERE: &[(&str, &str)] = &[
    ("K56", "200 rounds of kill -9: `tests/faults`"),
    ("K57", "power cuts on a disk of their own: `tests/faults`"),
];

/// Why a case has nothing to attack yet; `None` where it has.
fn features(full: &World, attack: &Attack) -> Option<&'static str> {
    let answers = |sent: &Sent| full.ask("rita", sent).status != 404;
    match attack.id.as_str() {
        // The schema says that :bob is an :Expert, and nobody derives it: its leak is looked for all the same.
        "K11" => {
            let own = &requests(attack, "")[0];
            let derived = full.ask("carla", own).text().contains("true");
            (!derived).then_some("nothing is derived yet: only that nothing leaks is checked")
        }
        "K15" => (!answers(&Sent::get("/search?q=a"))).then_some("there is no text search"),
        _ => None,
    }
}

/// What of an answer must be the same in both worlds. Where SPARQL leaves a choice, the choice is taken out: the order of rows
/// that no query orders, what `SAMPLE` takes, and the order in which `GROUP_CONCAT` joins.
fn shown(answer: &Answer) -> String {
    /// How an answer begins that holds a sample, which is any of several values.
    const SAMPLED: &str = r#"{"head":{"vars":["n","s","m","x","c","d"]}"#;
    let mut volatile = vec!["date", "server-timing", "x-request-id"];
    if answer.text().starts_with(SAMPLED) {
        // Samples of different length make answers of different length.
        volatile.push("content-length");
    }
    let headers = headers(answer, &volatile);
    format!(
        "{}\n{headers}\n\n{}",
        answer.status,
        without_choices(&answer.text())
    )
}

fn headers(answer: &Answer, without: &[&str]) -> String {
    let headers = answer.headers.iter();
    let mut headers: Vec<String> = headers
        .filter(|(name, _)| !without.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    headers.sort();
    headers.join("\n")
}

fn without_choices(body: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<serde_json::Value>(body) else {
        let mut lines: Vec<&str> = body.lines().collect();
        lines.sort_unstable();
        return lines.join("\n");
    };
    let Some(rows) = json
        .pointer_mut("/results/bindings")
        .and_then(serde_json::Value::as_array_mut)
    else {
        return body.to_owned();
    };
    for row in rows.iter_mut().filter_map(serde_json::Value::as_object_mut) {
        // The catalogue's aggregates call the sample `?x` and the joined texts `?c`.
        if row.contains_key("c") {
            row.remove("x");
        }
        if let Some(serde_json::Value::String(text)) =
            row.get_mut("c").and_then(|value| value.get_mut("value"))
        {
            let mut words: Vec<&str> = text.split(' ').collect();
            words.sort_unstable();
            *text = words.join(" ");
        }
    }
    rows.sort_by_key(ToString::to_string);
    json.to_string()
}

/// An answer and another that must not be told from it: the words that were sent may differ, and what is made of them.
fn alike(answer: &Answer, names: [&str; 2]) -> String {
    let tag = answer.header("etag").map_or("none", |_| "some");
    let text = answer.text().replace(names[1], names[0]);
    // The name itself is longer or shorter.
    let without = [
        "date",
        "server-timing",
        "x-request-id",
        "etag",
        "content-length",
        "location",
    ];
    let sized = answer.text().contains(names[0]) || answer.text().contains(names[1]);
    let length = if sized {
        ""
    } else {
        answer.header("content-length").unwrap_or("")
    };
    format!(
        "{}\n{}\netag: {tag}\n{length}\n{text}",
        answer.status,
        headers(answer, &without)
    )
}

/// The answer of SPARQL JSON: its rows, or the truth value.
fn outcome(answer: &Answer) -> (Option<usize>, Option<bool>) {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (
        json["results"]["bindings"].as_array().map(Vec::len),
        json["boolean"].as_bool(),
    )
}

/// What the audit log must hold more than before, after this answer: for each refusal one record, and for each write.
fn records_of(answer: &Answer, sent: &Sent) -> Option<(usize, &'static str)> {
    let text = answer.text();
    let refused = matches!(answer.status, 401 | 403 | 421)
        || (answer.status == 400
            && (text.contains("not done here") || text.contains("switched off")));
    let body = String::from_utf8_lossy(&sent.body);
    let is_write = sent.path.starts_with("/store")
        && !["GET", "HEAD"].contains(&sent.method.as_str())
        || sent
            .headers
            .values()
            .any(|value| value.contains("sparql-update"));
    match (refused, is_write) {
        (true, _) => Some((1, "denied")),
        (false, true) if answer.status < 300 => Some((1, "done")),
        // A write that fails for its own faults may have a record.
        (false, true) => None,
        (false, false) if body.is_empty() || answer.status != 400 => Some((0, "")),
        (false, false) => Some((0, "")),
    }
}

/// Everything that a run of the catalogue needs.
struct Run<'a> {
    fixture: &'a Fixture,
    full: World,
    twins: BTreeMap<&'a str, World>,
    listener: TcpListener,
    failures: Vec<String>,
    requests: usize,
}

impl<'a> Run<'a> {
    fn case(&mut self, attack: &'a Attack) {
        // Also as those who see least and those who see something else.
        let mut askers = vec![attack.principal.as_str()];
        let others = ["anon", "ivy", "carla"].into_iter();
        askers.extend(others.filter(|name| *name != attack.principal));
        let address = self.listener.local_addr().unwrap().to_string();
        let before = self.full.state(self.fixture);
        for asker in askers {
            for (number, sent) in requests(attack, &address).iter().enumerate() {
                let place = format!(
                    "{} as {asker}, request {number} ({})",
                    attack.id, attack.title
                );
                let troubles = self.request(attack, asker, number, sent);
                let troubles = troubles
                    .into_iter()
                    .map(|trouble| format!("{place}: {trouble}"));
                self.failures.extend(troubles);
            }
        }
        let after = self.full.state(self.fixture);
        if attack.expected.store_unchanged && before != after {
            self.fail(attack, &format!("the store was\n{before}\nand is\n{after}"));
        }
        self.always(attack);
        if before != after {
            // What one asker wrote here was written in that asker's twin only.
            self.twins.clear();
            self.full = World::new(self.fixture, None);
        }
    }

    fn request(
        &mut self,
        attack: &Attack,
        asker: &'a str,
        number: usize,
        sent: &Sent,
    ) -> Vec<String> {
        let expected = &attack.expected;
        let principal = &self.fixture.principals[asker];
        let own = asker == attack.principal;
        let mut troubles = Vec::new();
        let records = self.full.audit().len();
        let (held, _) = self.full.memory();
        let begun = Instant::now();
        let answer = self.full.ask(asker, sent);
        let took = begun.elapsed();
        self.requests += 1;
        let (_, peak) = self.full.memory();
        if let Some((count, decision)) = records_of(&answer, sent) {
            let all = self.full.audit();
            let new = &all[records..];
            let fits = new.iter().all(|record| {
                record["decision"] == decision
                    && record["target"]
                        .as_str()
                        .is_some_and(|hash| hash.len() == 32)
                    && record["status"] == answer.status
            });
            if new.len() != count || !fits {
                troubles.push(format!(
                    "{} {}: the audit log got {new:?}",
                    answer.status,
                    answer.text()
                ));
            }
            let known = matches!(asker, "anon" | "browser" | "forged");
            if answer.status == 403
                && !known
                && !new
                    .iter()
                    .any(|record| record["who"].to_string().contains(asker))
            {
                troubles.push(format!("the record does not name who: {new:?}"));
            }
        }
        let text = format!("{}\n{}", headers(&answer, &[]), answer.text());
        for word in self
            .fixture
            .canaries(principal)
            .iter()
            .filter(|word| text.contains(*word))
        {
            troubles.push(format!("`{word}` leaks: {text}"));
        }
        if own
            && expected
                .must_not_contain
                .iter()
                .any(|word| text.contains(word))
        {
            troubles.push(format!("a canary leaks: {text}"));
        }
        if expected.no_cors_allow && answer.header("access-control-allow-origin").is_some() {
            troubles.push("other sites are let in".into());
        }
        // What the catalogue states, it states of its own request and of its variants that ask the same in other words.
        let stated = own
            && (number == 0
                || [
                    "K29", "K31", "K32", "K39", "K40", "K42", "K43", "K45", "K50", "K51", "K53",
                ]
                .contains(&attack.id.as_str()));
        // SILENT is answered as the standard has it where nobody can be asked; that nobody was is checked all the same.
        let silent = String::from_utf8_lossy(&sent.body).contains("SERVICE SILENT");
        if stated && !silent && !self.has_status(attack, &answer) {
            troubles.push(format!("status {}: {}", answer.status, answer.text()));
        }
        let most = expected.max_ms.map(|most| Duration::from_millis(most * 3));
        if own && most.is_some_and(|most| took > most) {
            troubles.push(format!("took {took:?}"));
        }
        if let Some(most) = expected.max_rss_growth_mb
            && peak.saturating_sub(held) > most * 1024
        {
            troubles.push(format!("took {} MiB", peak.saturating_sub(held) / 1024));
        }
        let (rows, boolean) = outcome(&answer);
        if own && number == 0 && expected.rows.is_some() && rows != expected.rows {
            troubles.push(format!("{rows:?} rows: {}", answer.text()));
        }
        if own && number == 0 && expected.boolean.is_some() && boolean != expected.boolean {
            troubles.push(format!("{boolean:?}"));
        }
        for (name, value) in expected
            .value
            .iter()
            .flatten()
            .filter(|_| own && number == 0)
        {
            if !answer.text().contains(&format!("\"{value}\"")) {
                troubles.push(format!("`{name}` is not {value}: {}", answer.text()));
            }
        }
        if let Some((other, names)) = same_as(attack, sent) {
            let there = self.full.ask(asker, &other);
            if own && alike(&answer, names) != alike(&there, names) {
                troubles.push(format!(
                    "{}\n-- but for what is not there --\n{}",
                    alike(&answer, names),
                    alike(&there, names)
                ));
            }
        }
        if expected.oracle == "twin" {
            let twin = self
                .twins
                .entry(asker)
                .or_insert_with(|| World::new(self.fixture, Some(principal)));
            let (here, there) = (shown(&answer), shown(&twin.ask(asker, sent)));
            if here != there {
                troubles.push(format!("{here}\n-- but in the twin --\n{there}"));
            }
        }
        troubles
    }

    fn has_status(&self, attack: &Attack, answer: &Answer) -> bool {
        let expected = &attack.expected.status;
        expected.is_empty() || expected.contains(&answer.status)
    }

    /// The global invariants, and what the catalogue says of connections.
    fn always(&mut self, attack: &Attack) {
        let begun = Instant::now();
        let alive = self.full.server.is_alive()
            && self.full.ask("anon", &Sent::get("/healthz")).status == 200;
        assert!(alive, "{}: the server is gone", attack.id);
        if begun.elapsed() > Duration::from_secs(1) {
            self.fail(attack, &format!("/healthz took {:?}", begun.elapsed()));
        }
        if attack.expected.outbound_connections == Some(0) && self.listener.accept().is_ok() {
            self.fail(attack, "the server called somebody");
        }
        if self.full.server.log().contains("CANARY") {
            self.fail(attack, "a canary stands in the server's log");
        }
        for (name, principal) in self
            .fixture
            .principals
            .iter()
            .filter(|(name, _)| *name != "forged")
        {
            let (seen, right) = (self.full.graphs(name), self.fixture.seen_by(principal));
            let of_the_catalogue = |graph: &&String| self.fixture.graphs.contains_key(*graph);
            // The ingest role reads no more than anonymous does.
            if principal.role != "ingest" && seen.iter().filter(of_the_catalogue).ne(right.iter()) {
                self.fail(
                    attack,
                    &format!("{name} sees {seen:?}, and should see {right:?}"),
                );
            }
        }
    }

    fn fail(&mut self, attack: &Attack, what: &str) {
        self.failures.push(format!("{}: {what}", attack.id));
    }
}

fn catalogue() -> Option<Catalogue> {
    let path = shared("attacks.yaml")?;
    Some(serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

#[test]
fn no_attack_of_the_catalogue_succeeds() {
    let Some(catalogue) = catalogue() else {
        return;
    };
    let fixture = &catalogue.fixture;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut run = Run {
        fixture,
        full: World::new(fixture, None),
        twins: BTreeMap::new(),
        listener,
        failures: Vec::new(),
        requests: 0,
    };
    let (mut ran, mut waiting) = (0, 0);
    for attack in &catalogue.attacks {
        if let Some((_, place)) = ELSEWHERE.iter().find(|(id, _)| *id == attack.id) {
            println!("elsewhere: {} {}: {place}", attack.id, attack.title);
            continue;
        }
        if procedures::NAMES.contains(&attack.id.as_str()) {
            continue;
        }
        assert_eq!(
            attack.request.kind, "http",
            "{} is run by nobody",
            attack.id
        );
        if let Some(why) = features(&run.full, attack) {
            println!("not yet: {} {}: {why}", attack.id, attack.title);
            waiting += 1;
            // Whatever is there instead leaks nothing either; only what the catalogue expects of the feature is left out.
            for asker in ["anon", "ivy", "carla"] {
                for (number, sent) in requests(attack, "127.0.0.1:9").iter().enumerate() {
                    let mut troubles = run.request(attack, asker, number, sent);
                    troubles
                        .retain(|trouble| trouble.contains("leaks") || trouble.contains("twin"));
                    let troubles = troubles
                        .into_iter()
                        .map(|trouble| format!("{}: {trouble}", attack.id));
                    run.failures.extend(troubles);
                }
            }
            continue;
        }
        ran += 1;
        run.case(attack);
    }
    // The catalogue can tell: somebody who may see the canary does.
    let all = Sent::query("SELECT * { ?s ?p ?o }", "text/csv");
    assert!(run.full.ask("carla", &all).text().contains("CANARY-7f3a9c"));
    assert!(!run.full.ask("ivy", &all).text().contains("CANARY"));
    println!(
        "{ran} cases ran with {} requests, {waiting} wait for a feature, {} are run by steps, {} elsewhere, of {}",
        run.requests,
        procedures::NAMES.len(),
        ELSEWHERE.len(),
        catalogue.attacks.len()
    );
    assert!(
        run.failures.is_empty(),
        "{} failures\n{}",
        run.failures.len(),
        run.failures.join("\n\n")
    );
    assert_eq!(
        ran + waiting + procedures::NAMES.len() + ELSEWHERE.len(),
        catalogue.attacks.len()
    );
    assert!(common::run(&run.full.data, &["verify"]).code == 0);
}
