//! Runs a catalogue of attacks over HTTP against server processes, with tokens as a user would make them.
//!
//! Each case is asked of the server with the whole fixture and of its twin, which holds only what the principal may see and other
//! data in place of the rest; status, headers and body must be the same. The catalogue lies beside the checkout; without it the test
//! says so and passes. Cases whose feature does not exist yet are listed in [`NOT_YET`], and each of them must be in the catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, run, shared};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Cases that are not run here, and why.
const NOT_YET: &[(&str, &str)] = &[
    ("K11", "there is no inference"),
    ("K15", "there is no text search"),
    ("K22", "there are no pages about people"),
    ("K30", "updates with WHERE are not carried out yet"),
    ("K36", "updates are not carried out yet"),
    ("K48", "needs a browser"),
    (
        "K55",
        "takes a minute; the limits are tested in kenning-sparql",
    ),
    ("K56", "tested in tests/faults"),
    ("K57", "needs a disk of its own; tested in tests/faults"),
    (
        "K60",
        "its parts are tested in first_light.rs and tests/suite/labels.md",
    ),
];

#[derive(Deserialize)]
struct Catalogue {
    fixture: Fixture,
    attacks: Vec<Attack>,
}

#[derive(Deserialize)]
struct Fixture {
    principals: BTreeMap<String, Principal>,
    graphs: BTreeMap<String, String>,
    trig: String,
}

#[derive(Deserialize)]
struct Principal {
    clearance: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    role: String,
    #[serde(default)]
    writes: Vec<String>,
}

#[derive(Deserialize)]
struct Attack {
    id: String,
    title: String,
    principal: String,
    request: Request,
    expected: Expected,
}

#[derive(Deserialize)]
struct Request {
    kind: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    variants: Vec<String>,
}

#[derive(Deserialize)]
struct Expected {
    oracle: String,
    #[serde(default)]
    status: Vec<u16>,
    #[serde(default)]
    must_not_contain: Vec<String>,
    #[serde(default)]
    rows: Option<usize>,
    #[serde(default)]
    boolean: Option<bool>,
    #[serde(default)]
    max_ms: Option<u64>,
}

/// One request to be sent.
#[derive(Clone)]
struct Sent {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// A server over some of the fixture's graphs, with a token for each principal.
struct World {
    server: Server,
    tokens: BTreeMap<String, String>,
    _folder: tempfile::TempDir,
}

impl World {
    /// With all graphs, or for a twin only those that `seen` says; in place of each other one is something else.
    fn new(fixture: &Fixture, seen: Option<&dyn Fn(&str) -> bool>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        for (name, label) in &fixture.graphs {
            let hidden = seen.is_some_and(|seen| !seen(label));
            let (name, text) = if hidden {
                (
                    format!("{name}-other"),
                    "<urn:o> <urn:p> 1, 2, 3, 4, 5, 6, 7, 8, 9 .\n".to_owned(),
                )
            } else {
                (name.clone(), triples(&fixture.trig, name))
            };
            let file = folder.path().join("graph.nt");
            let file = if hidden {
                file.with_extension("ttl")
            } else {
                file
            };
            std::fs::write(&file, text).unwrap();
            let (level, groups) = label.split_once('{').unwrap_or((label, ""));
            let groups = groups.trim_end_matches('}').replace('|', ",");
            let file = file.display().to_string();
            let mut arguments = vec!["load", &file, "--graph", &name, "--level", level];
            if !groups.is_empty() {
                arguments.extend(["--groups", groups.as_str()]);
            }
            let said = run(&data, &arguments);
            assert_eq!(said.code, 0, "{}", said.err);
        }
        let tokens = fixture
            .principals
            .iter()
            .filter(|(_, principal)| !principal.role.is_empty());
        let tokens = tokens
            .map(|(name, principal)| (name.clone(), token(&data, name, principal)))
            .collect();
        Self {
            server: Server::start(&data, &[]),
            tokens,
            _folder: folder,
        }
    }

    fn ask(&self, principal: &str, sent: &Sent) -> Answer {
        let bearer = match principal {
            "forged" => Some("Bearer kn_000000_forged".to_owned()),
            "anon" | "browser" => None,
            name => Some(format!("Bearer {}", self.tokens[name])),
        };
        let mut headers: Vec<(&str, &str)> = sent
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if let Some(bearer) = &bearer {
            headers.push(("Authorization", bearer));
        }
        self.server
            .ask(&sent.method, &sent.path, &headers, &sent.body)
    }
}

fn token(data: &Path, name: &str, principal: &Principal) -> String {
    let groups = principal.groups.join(",");
    let mut arguments = vec![
        "token",
        "add",
        name,
        "--clearance",
        &principal.clearance,
        "--role",
        &principal.role,
    ];
    if !groups.is_empty() {
        arguments.extend(["--groups", groups.as_str()]);
    }
    for prefix in &principal.writes {
        arguments.extend(["--writes", prefix.as_str()]);
    }
    let said = run(data, &arguments);
    assert_eq!(said.code, 0, "{}", said.err);
    said.out.trim().to_owned()
}

/// The triples of one graph of the fixture, as N-Triples.
fn triples(trig: &str, name: &str) -> String {
    let parser = oxrdfio::RdfParser::from_format(oxrdfio::RdfFormat::TriG);
    let quads = parser.for_slice(trig.as_bytes()).map(Result::unwrap);
    let here = quads.filter(|quad| quad.graph_name == oxrdf::NamedNode::new_unchecked(name).into());
    here.map(|quad| format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object))
        .collect()
}

/// Whether a principal sees a label, by the rule of the catalogue.
fn sees(principal: &Principal, label: &str) -> bool {
    const LEVELS: [&str; 4] = ["public", "internal", "confidential", "restricted"];
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level).unwrap();
    let (level, clause) = label.split_once('{').unwrap_or((label, ""));
    let clause = clause.trim_end_matches('}');
    let groups = clause.is_empty()
        || clause.split('|').any(|group| {
            principal
                .groups
                .iter()
                .any(|held| held == group || held == "*")
        });
    rank(level) <= rank(&principal.clearance) && groups
}

/// The requests of a case: its own, and one for each variant.
fn requests(attack: &Attack) -> Vec<Sent> {
    let request = &attack.request;
    let body = request.body.clone().unwrap_or_default();
    let own = Sent {
        method: request.method.clone(),
        path: request.path.replace(' ', "%20"),
        headers: request.headers.clone(),
        body: match body.as_str() {
            "@file:billion_laughs_9_levels.rdf" => laughs().into_bytes(),
            _ if attack.id == "K45" => nested("nest(20000)").into_bytes(),
            _ => body.clone().into_bytes(),
        },
    };
    let mut all = vec![own.clone()];
    for variant in &request.variants {
        let mut sent = own.clone();
        if let Some(query) = variant.strip_prefix('?') {
            sent.path = format!("{}?{query}", own.path);
        } else if attack.id == "K39" {
            sent.body = format!("SELECT * {{ SERVICE <{variant}> {{ ?s ?p ?o }} }}").into_bytes();
        } else if attack.id == "K45" {
            sent.body = nested(variant).into_bytes();
        } else {
            sent.body = variant.clone().into_bytes();
        }
        all.push(sent);
    }
    if attack.id == "K34" {
        for method in ["GET", "HEAD", "POST", "DELETE"] {
            let mut sent = own.clone();
            method.clone_into(&mut sent.method);
            if ["GET", "HEAD", "DELETE"].contains(&method) {
                sent.body.clear();
                sent.headers.clear();
            }
            all.push(sent);
        }
    }
    all
}

/// A query that nests as deep as `what` says.
fn nested(what: &str) -> String {
    let (kind, count) = what.trim_end_matches(')').split_once('(').unwrap();
    let count: usize = count.parse().unwrap();
    match kind {
        "nest" => format!("SELECT * {{ {}{} }}", "{".repeat(count), "}".repeat(count)),
        "paren" => format!(
            "SELECT * {{ FILTER({}1{}) }}",
            "(".repeat(count),
            ")".repeat(count)
        ),
        "not" => format!("SELECT * {{ FILTER({}true) }}", "!".repeat(count)),
        "pathstar" => format!("SELECT * {{ ?s <urn:p>{} ?o }}", "*".repeat(count)),
        "union" => format!("SELECT * {{ {{}} {} }}", "UNION {}".repeat(count)),
        other => panic!("`{other}` is not a generator"),
    }
}

/// Nine levels of entities, each ten times the one before.
fn laughs() -> String {
    let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a0 \"ha\">");
    for level in 1..9 {
        text.push_str(&format!(
            "<!ENTITY a{level} \"{}\">",
            format!("&a{};", level - 1).repeat(10)
        ));
    }
    text + "]><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description><rdf:value>&a8;</rdf:value></rdf:Description></rdf:RDF>"
}

/// How an answer begins that holds a sample, which is any of several values.
const SAMPLED: &str = r#"{"head":{"vars":["n","s","m","x","c","d"]}"#;

/// What of an answer must be the same in both worlds. Where SPARQL leaves a choice, the choice is taken out: the order of rows
/// that no query orders, what `SAMPLE` takes, and the order in which `GROUP_CONCAT` joins.
fn shown(answer: &Answer) -> String {
    let mut volatile = vec!["date", "server-timing", "x-request-id"];
    if answer.text().starts_with(SAMPLED) {
        // Samples of different length make answers of different length.
        volatile.push("content-length");
    }
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !volatile.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    headers.sort();
    format!(
        "{}\n{}\n\n{}",
        answer.status,
        headers.join("\n"),
        without_choices(&answer.text())
    )
}

fn without_choices(body: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<serde_json::Value>(body) else {
        return body.to_owned();
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

/// The answer of SPARQL JSON: its rows, or the truth value.
fn outcome(answer: &Answer) -> (Option<usize>, Option<bool>) {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (
        json["results"]["bindings"].as_array().map(Vec::len),
        json["boolean"].as_bool(),
    )
}

#[test]
fn no_attack_of_the_catalogue_succeeds() {
    let Some(path) = shared("attacks.yaml") else {
        return;
    };
    let catalogue: Catalogue =
        serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (id, _) in NOT_YET {
        assert!(
            catalogue.attacks.iter().any(|attack| attack.id == *id),
            "{id} is not in the catalogue"
        );
    }
    let fixture = &catalogue.fixture;
    let mut full = World::new(fixture, None);
    let mut twins: BTreeMap<&str, World> = BTreeMap::new();
    let (mut ran, mut failures) = (0, Vec::new());
    for attack in &catalogue.attacks {
        if let Some((_, why)) = NOT_YET.iter().find(|(id, _)| *id == attack.id) {
            println!("not yet: {} {}: {why}", attack.id, attack.title);
            continue;
        }
        if attack.request.kind != "http" {
            continue;
        }
        ran += 1;
        // Also as those who see least and those who see something else.
        let mut askers = vec![attack.principal.as_str()];
        if attack.expected.oracle == "twin" {
            askers.extend(
                ["anon", "ivy", "carla"]
                    .into_iter()
                    .filter(|name| *name != attack.principal),
            );
        }
        for asker in askers {
            let principal = &fixture.principals[asker];
            let twin = twins.entry(asker).or_insert_with(|| {
                World::new(fixture, Some(&|label: &str| sees(principal, label)))
            });
            for (number, sent) in requests(attack).iter().enumerate() {
                let place = format!(
                    "{} as {asker}, request {number} ({})",
                    attack.id, attack.title
                );
                let begun = std::time::Instant::now();
                let answer = full.ask(asker, sent);
                let took = begun.elapsed().as_millis();
                let own = asker == attack.principal;
                if own
                    && number == 0
                    && !attack.expected.status.is_empty()
                    && !attack.expected.status.contains(&answer.status)
                {
                    failures.push(format!(
                        "{place}: status {}: {}",
                        answer.status,
                        answer.text()
                    ));
                }
                if own
                    && attack
                        .expected
                        .max_ms
                        .is_some_and(|most| took > u128::from(most) * 3)
                {
                    failures.push(format!("{place}: took {took} ms"));
                }
                if attack.expected.oracle == "twin" {
                    let (here, there) = (shown(&answer), shown(&twin.ask(asker, sent)));
                    if here != there {
                        failures.push(format!("{place}: {here}\n-- but in the twin --\n{there}"));
                    }
                }
                if own {
                    let (rows, boolean) = outcome(&answer);
                    for canary in &attack.expected.must_not_contain {
                        if shown(&answer).contains(canary) {
                            failures.push(format!("{place}: `{canary}` leaks"));
                        }
                    }
                    if number == 0 && attack.expected.rows.is_some() && rows != attack.expected.rows
                    {
                        failures.push(format!("{place}: {rows:?} rows: {}", answer.text()));
                    }
                    if number == 0
                        && attack.expected.boolean.is_some()
                        && boolean != attack.expected.boolean
                    {
                        failures.push(format!("{place}: {boolean:?}"));
                    }
                }
            }
        }
        if !full.server.is_alive() || full.server.ask("GET", "/healthz", &[], b"").status != 200 {
            failures.push(format!("{}: the server is gone", attack.id));
            break;
        }
    }
    println!("{ran} cases ran, {} are not yet possible", NOT_YET.len());
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(ran >= 18, "only {ran} cases ran");
    // The catalogue can tell: somebody who may see the canary does.
    let sent = Sent {
        method: "POST".into(),
        path: "/query".into(),
        headers: [
            ("Content-Type", "application/sparql-query"),
            ("Accept", "text/csv"),
        ]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .into(),
        body: b"SELECT * { ?s ?p ?o }".to_vec(),
    };
    assert!(full.ask("carla", &sent).text().contains("CANARY-7f3a9c"));
    assert!(!full.ask("ivy", &sent).text().contains("CANARY"));
}
