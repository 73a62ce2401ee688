//! Makes stores, readers and requests at random, each trial from its own number, so that a failing one can be run again.

use crate::terms;
use kenning_access::Scale;

/// A small generator of numbers (xorshift).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of_trial(trial: u64) -> Self {
        let mut dice =
            Self(0x9E37_79B9_7F4A_7C15 ^ (trial + 1).wrapping_mul(0xD134_2543_DE82_EF95));
        for _ in 0..5 {
            dice.roll(2);
        }
        dice
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.roll(list.len())]
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

/// A graph: name, label, triples in Turtle's short form.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) triples: Vec<[String; 3]>,
}

/// Who asks, as a token is made.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) level: &'static str,
    pub(crate) groups: Vec<&'static str>,
    pub(crate) role: &'static str,
    pub(crate) writes: Vec<String>,
    /// The reason that a declassifier gives.
    pub(crate) reason: bool,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) is_update: bool,
}

/// Everything of one trial.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) graphs: Vec<Graph>,
    pub(crate) caller: Caller,
    pub(crate) asked: Asked,
    /// Whether somebody who sees everything asks the same before, so that caches are warm, and what they were given is named.
    pub(crate) warmed: bool,
}

/// What IRIs begin with; a server answers for those under `id/`.
pub(crate) const BASE: &str = "https://kb.example/";
/// A graph that its writer may add to and not see: where a trial has one, this is its label.
pub(crate) const BOX_LABEL: &str = "restricted{legal}";

const LABELS: [&str; 7] = [
    "public",
    "public",
    "internal",
    "confidential",
    "confidential{hr}",
    "internal{hr|legal}",
    "restricted{legal}",
];
const LEVELS: [&str; 4] = ["public", "internal", "confidential", "restricted"];
const DEFAULT_GRAPH: &str = "urn:kenning:default-graph";

/// The full name of a short one.
pub(crate) fn iri(name: &str) -> String {
    if name.contains(':') {
        name.to_owned()
    } else {
        format!("{BASE}id/{name}")
    }
}

/// Whether the caller sees a label, by a second reading of the rule.
pub(crate) fn sees(caller: &Caller, label: &str) -> bool {
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level).unwrap();
    let (level, clause) = label.split_once('{').unwrap_or((label, ""));
    let clause = clause.trim_end_matches('}');
    rank(level) <= rank(caller.level)
        && (clause.is_empty()
            || clause
                .split('|')
                .any(|group| caller.groups.contains(&group)))
}

/// Everybody's eyes at once.
pub(crate) fn everything() -> Caller {
    Caller {
        level: "restricted",
        groups: vec!["hr", "legal"],
        role: "curator",
        writes: vec!["*".to_owned()],
        reason: false,
    }
}

impl Trial {
    pub(crate) fn of(number: u64) -> Self {
        let mut dice = Dice::of_trial(number);
        let dice = &mut dice;
        let mut graphs = graphs(dice);
        let caller = caller(dice, &mut graphs);
        let asked = match dice.roll(20) {
            0..=9 => query(dice, &graphs),
            10..=14 => update(dice, &graphs),
            15 | 16 => store(dice, &graphs),
            17 | 18 => linked(dice, &graphs),
            _ => other(dice),
        };
        let warmed = !asked.is_update && dice.roll(3) == 0;
        Self {
            graphs,
            caller,
            asked,
            warmed,
        }
    }
}

fn graphs(dice: &mut Dice) -> Vec<Graph> {
    let count = 4 + dice.roll(4);
    let mut graphs = Vec::new();
    for number in 0..=count {
        let name = if number == count {
            DEFAULT_GRAPH.to_owned()
        } else if number == 3 {
            iri("graph/note/w/n3")
        } else {
            iri(&format!("g{number}"))
        };
        let label = dice.pick(&LABELS).to_owned();
        let triples = (0..dice.roll(9)).map(|_| triple(dice, count)).collect();
        graphs.push(Graph {
            name,
            label,
            triples,
        });
    }
    graphs
}

fn triple(dice: &mut Dice, graphs: usize) -> [String; 3] {
    let object = match dice.roll(7) {
        0 => dice.roll(4).to_string(),
        1 => format!(":g{}", dice.roll(graphs)),
        2 => format!("\"w{}\"", dice.roll(3)),
        3 | 4 => terms::odd(dice),
        _ => format!(":n{}", dice.roll(4)),
    };
    let predicate = match dice.roll(6) {
        0 => "a".to_owned(),
        1 => "<http://www.w3.org/2000/01/rdf-schema#label>".to_owned(),
        _ => format!(":p{}", dice.roll(2)),
    };
    [format!(":n{}", dice.roll(4)), predicate, object]
}

/// A caller with grants for some graphs that it sees, for a place of its own, and sometimes for a drop box.
///
/// No grant names a graph that is hidden from its holder, apart from the box: whoever may create graphs under a prefix learns which
/// names there are taken (THREAT_MODEL.md).
fn caller(dice: &mut Dice, graphs: &mut Vec<Graph>) -> Caller {
    let mut caller = Caller {
        level: dice.pick(&["public", "internal", "internal", "confidential"]),
        groups: dice
            .pick::<[&'static str]>(&[&[], &["hr"], &["legal"]])
            .to_vec(),
        role: dice.pick(&[
            "editor",
            "editor",
            "curator",
            "declassifier",
            "reader",
            "ingest",
        ]),
        writes: vec![iri("own/")],
        reason: dice.roll(2) == 0,
    };
    if dice.roll(3) == 0 {
        caller.writes = vec![format!(
            "{}={}",
            iri("own/"),
            dice.pick(&["public", "confidential"])
        )];
    }
    let seen: Vec<String> = graphs
        .iter()
        .filter(|graph| sees(&caller, &graph.label))
        .map(|graph| graph.name.clone())
        .collect();
    for name in seen {
        if dice.roll(2) == 0 {
            caller.writes.push(name);
        }
    }
    if dice.roll(4) == 0 && !sees(&caller, BOX_LABEL) {
        caller
            .writes
            .push(format!("{}=restricted:legal", iri("box")));
        graphs.push(Graph {
            name: iri("box"),
            label: BOX_LABEL.to_owned(),
            triples: vec![triple(dice, 4)],
        });
    }
    caller
}

/// The name of some graph, there or not, between angle brackets.
fn graph_name(dice: &mut Dice, graphs: &[Graph]) -> String {
    match dice.roll(6) {
        0 => format!("<{}>", iri("own/a")),
        1 => format!(
            "<{}>",
            iri(dice.pick(&["own/b", "nothing", "box", "graph/note/w/none"]))
        ),
        _ => format!("<{}>", dice.of(graphs).name),
    }
}

fn pattern(dice: &mut Dice, graphs: &[Graph], depth: usize) -> String {
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
            "a",
        ]);
        format!("{} {predicate} {}", term(dice), term(dice))
    };
    if depth == 0 {
        return triple(dice);
    }
    let inner = pattern(dice, graphs, depth - 1);
    let other = pattern(dice, graphs, depth - 1);
    match dice.roll(18) {
        0..=2 => format!("{inner} . {}", triple(dice)),
        3 | 4 => format!("GRAPH ?g {{ {inner} }}"),
        5 => format!("GRAPH {} {{ {inner} }}", graph_name(dice, graphs)),
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
        16 => format!("{inner} BIND(EXISTS {{ {other} }} AS ?e)"),
        _ => format!("GRAPH ?g {{}} {inner}"),
    }
}

const PREFIX: &str = "PREFIX : <https://kb.example/id/> ";

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn query(dice: &mut Dice, graphs: &[Graph]) -> Asked {
    let depth = dice.roll(3);
    let inside = pattern(dice, graphs, depth);
    let from = match dice.roll(8) {
        0 => format!(
            "FROM {} FROM {}",
            graph_name(dice, graphs),
            graph_name(dice, graphs)
        ),
        1 => format!(
            "FROM {} FROM NAMED {} FROM NAMED :g1",
            graph_name(dice, graphs),
            graph_name(dice, graphs)
        ),
        2 => format!("FROM NAMED {}", graph_name(dice, graphs)),
        _ => String::new(),
    };
    let form = dice.roll(14);
    let text = match form {
        0 => format!("ASK {from} {{ {inside} }}"),
        1 => format!("CONSTRUCT {{ ?a :x ?b . :s :y ?c }} {from} {{ {inside} }}"),
        2 | 3 => format!(
            "DESCRIBE {} ?a {from} {{ {inside} }}",
            dice.pick(&[":n0", ":n1", ":g1"])
        ),
        4 => {
            format!("SELECT (COUNT(*) AS ?n) (MIN(?a) AS ?m) (SUM(?b) AS ?t) {from} {{ {inside} }}")
        }
        5 => format!("SELECT ?a (COUNT(?b) AS ?n) {from} {{ {inside} }} GROUP BY ?a"),
        6 => format!("SELECT DISTINCT ?g {from} {{ GRAPH ?g {{ {inside} }} }}"),
        7 => format!("SELECT ?g {from} {{ GRAPH ?g {{}} }}"),
        8..=10 => terms::query(dice, &inside, &from),
        _ => format!("SELECT * {from} {{ {inside} }}"),
    };
    let text = format!("{PREFIX}{text}");
    let accept = match form {
        0 => "application/sparql-results+json",
        1..=3 => "application/n-triples",
        _ => dice.pick(&[
            "text/csv",
            "text/tab-separated-values",
            "application/sparql-results+json",
        ]),
    };
    let mut parameters = String::new();
    if dice.roll(5) == 0 {
        for name in ["default-graph-uri", "named-graph-uri", "default-graph-uri"] {
            if dice.roll(2) == 0 {
                let graph = graph_name(dice, graphs);
                parameters.push_str(&format!(
                    "&{name}={}",
                    percent(graph.trim_matches(['<', '>']))
                ));
            }
        }
    }
    let path = dice.pick(&["/query", "/sparql"]);
    let headers = vec![("accept", accept.to_owned())];
    if dice.roll(2) == 0 {
        return Asked {
            method: dice.pick(&["GET", "GET", "HEAD"]),
            target: format!("{path}?query={}{parameters}", percent(&text)),
            headers,
            body: String::new(),
            is_update: false,
        };
    }
    let mut asked = post(path, "application/sparql-query", text);
    if !parameters.is_empty() {
        asked.target = format!("{path}?{}", parameters.trim_start_matches('&'));
    }
    asked.headers.extend(headers);
    asked
}

fn post(target: &str, kind: &str, body: String) -> Asked {
    Asked {
        method: "POST",
        target: target.to_owned(),
        headers: vec![("content-type", kind.to_owned())],
        body,
        is_update: false,
    }
}

fn data(dice: &mut Dice) -> String {
    let triples = (0..1 + dice.roll(3)).map(|_| triple(dice, 4).join(" "));
    triples.collect::<Vec<_>>().join(" . ")
}

fn operation(dice: &mut Dice, graphs: &[Graph]) -> String {
    let target = graph_name(dice, graphs);
    let other = graph_name(dice, graphs);
    let silent = dice.pick(&["", "", "SILENT "]);
    let depth = dice.roll(3);
    let inside = pattern(dice, graphs, depth);
    let many = dice.pick(&["DEFAULT", "NAMED", "ALL"]);
    let using = match dice.roll(4) {
        0 => format!("USING {other}"),
        1 => format!("USING NAMED {other} USING {}", graph_name(dice, graphs)),
        _ => String::new(),
    };
    match dice.roll(17) {
        0 | 1 => format!("INSERT DATA {{ GRAPH {target} {{ {} }} }}", data(dice)),
        2 => format!("DELETE DATA {{ GRAPH {target} {{ {} }} }}", data(dice)),
        3..=6 => format!(
            "INSERT {{ GRAPH {target} {{ ?a :x ?b . :n1 :y ?c }} }} {using} WHERE {{ {inside} }}"
        ),
        7 => format!(
            "DELETE {{ GRAPH ?g {{ ?a ?p ?b }} }} {using} WHERE {{ GRAPH ?g {{ ?a ?p ?b }} }}"
        ),
        8 => format!("DELETE WHERE {{ GRAPH {target} {{ ?a :p0 ?b }} }}"),
        9 => format!(
            "WITH {target} DELETE {{ ?a :p0 ?b }} INSERT {{ ?a :z ?c }} WHERE {{ {inside} }}"
        ),
        10 => format!(
            "INSERT {{ GRAPH ?g {{ :n0 :mark ?a }} }} WHERE {{ GRAPH ?g {{ ?a ?p ?b }} {inside} }}"
        ),
        11 => format!(
            "{} {silent}GRAPH {target}",
            dice.pick(&["CLEAR", "DROP", "CREATE"])
        ),
        12 => format!("{} {silent}{many}", dice.pick(&["CLEAR", "DROP"])),
        13..=15 => format!(
            "{} {silent}{target} TO {other}",
            dice.pick(&["COPY", "MOVE", "ADD"])
        ),
        _ => format!("LOAD {silent}<http://127.0.0.1:9/x> INTO GRAPH {target}"),
    }
}

fn update(dice: &mut Dice, graphs: &[Graph]) -> Asked {
    let operations: Vec<String> = (0..1 + dice.roll(3))
        .map(|_| operation(dice, graphs))
        .collect();
    let text = format!("{PREFIX}{}", operations.join(" ;\n"));
    Asked {
        is_update: true,
        ..post(
            dice.pick(&["/update", "/sparql"]),
            "application/sparql-update",
            text,
        )
    }
}

fn store(dice: &mut Dice, graphs: &[Graph]) -> Asked {
    let name = graph_name(dice, graphs);
    let target = match dice.roll(8) {
        0 => "/store".to_owned(),
        1 => "/store?default".to_owned(),
        _ => format!("/store?graph={}", percent(name.trim_matches(['<', '>']))),
    };
    let method = dice.pick(&[
        "GET", "GET", "GET", "HEAD", "PUT", "POST", "DELETE", "PATCH",
    ]);
    let body = if matches!(method, "PUT" | "POST") {
        format!("@prefix : <{BASE}id/> . {} .", data(dice))
    } else if method == "PATCH" {
        format!("{PREFIX}{}", operation(dice, graphs))
    } else {
        String::new()
    };
    let mut headers = vec![(
        "accept",
        if target == "/store" {
            "application/n-quads"
        } else {
            "application/n-triples"
        }
        .to_owned(),
    )];
    if !body.is_empty() {
        let kind = if method == "PATCH" {
            "application/sparql-update"
        } else {
            "text/turtle"
        };
        headers.push(("content-type", kind.to_owned()));
    }
    if dice.roll(4) == 0 {
        headers.push((dice.pick(&["if-match", "if-none-match"]), "*".to_owned()));
    }
    let is_update = !matches!(method, "GET" | "HEAD");
    if is_update && method == "POST" && target == "/store" {
        // A name of the server's making differs from world to world.
        return post("/store", "text/plain", body);
    }
    Asked {
        method,
        target,
        headers,
        body,
        is_update,
    }
}

fn linked(dice: &mut Dice, graphs: &[Graph]) -> Asked {
    let thing = match dice.roll(4) {
        0 => dice.of(graphs).name.clone(),
        1 => iri(dice.pick(&["nothing", "own/a", "p0", "p1"])),
        _ => iri(&format!("n{}", dice.roll(5))),
    };
    let rest = thing.strip_prefix(&iri("")).unwrap_or("x").to_owned();
    let (target, accept) = match dice.roll(4) {
        0 => (
            format!("/id/{rest}"),
            dice.pick(&["text/html", "text/turtle"]),
        ),
        1 => (format!("/page/{rest}"), "text/html"),
        2 => (format!("/data/{rest}.nt"), "*/*"),
        _ => (format!("/data/{rest}"), "application/n-quads"),
    };
    Asked {
        method: dice.pick(&["GET", "GET", "HEAD"]),
        target,
        headers: vec![("accept", accept.to_owned())],
        body: String::new(),
        is_update: false,
    }
}

fn other(dice: &mut Dice) -> Asked {
    let (target, accept) = match dice.roll(16) {
        0..=3 => ("/.well-known/void", "text/turtle"),
        4..=7 => ("/", "text/html"),
        8 => ("/sparql", "text/turtle"),
        9..=11 => (
            dice.pick(&[
                "/sitemap.xml",
                "/sitemap.xml?part=0",
                "/ns/km",
                "/openapi.json",
            ]),
            "*/*",
        ),
        12 | 13 => (
            dice.pick(&[
                "/api/audit",
                "/api/loss",
                "/api/loss?person=n1",
                "/api/experts?topic=n0",
                "/api/advice?topic=n2",
                "/api/questions",
                "/api/questions/stale-notes",
                "/api/questions/absent",
            ]),
            dice.pick(&["application/json", "text/turtle", "text/plain"]),
        ),
        _ => (
            dice.pick(&[
                "/prefixes",
                "/metrics",
                "/audit-log",
                "/query?query=ASK%20%7B",
                "/x",
            ]),
            "*/*",
        ),
    };
    Asked {
        method: "GET",
        target: target.to_owned(),
        headers: vec![("accept", accept.to_owned())],
        body: String::new(),
        is_update: false,
    }
}

/// The scale that all stores of this test have.
pub(crate) fn scale() -> Scale {
    Scale::default()
}
