//! The requests of each case: its own, one for each variant that the catalogue names in words, and a few more of the same kind.

use crate::catalogue::Attack;
use crate::world::Sent;

/// A graph that is hidden in the catalogue, and a name that nobody has used.
const HIDDEN: &str = "conf-hr";
const ABSENT: &str = "does-not-exist";
const PREFIXES: &str =
    "PREFIX : <https://kb.example/id/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> ";

/// The requests of a case. `listener` is an address on loopback that nobody may call.
pub(crate) fn requests(attack: &Attack, listener: &str) -> Vec<Sent> {
    let request = &attack.request;
    let body = request.body.clone().unwrap_or_default();
    let own = Sent {
        method: request.method.clone(),
        path: match attack.id.as_str() {
            // The catalogue's `/people/...` stands for whatever route offers that feature.
            "K22" => "/api/loss".to_owned(),
            _ => request.path.replace(' ', "%20"),
        },
        headers: request.headers.clone(),
        body: match (attack.id.as_str(), body.as_str()) {
            (_, "@file:billion_laughs_9_levels.rdf") => laughs().into_bytes(),
            ("K45", _) => nested("nest(20000)").into_bytes(),
            _ => body.into_bytes(),
        },
    };
    let with_body = |text: &str| Sent {
        body: text.as_bytes().to_vec(),
        ..own.clone()
    };
    let at = |path: &str| Sent {
        path: path.to_owned(),
        ..own.clone()
    };
    let query = |text: &str| with_body(&format!("{PREFIXES}{text}"));
    let mut all = vec![own.clone()];
    for variant in &request.variants {
        if let Some(query) = variant.strip_prefix('?') {
            all.push(at(&format!("{}?{query}", own.path)));
        } else if let Some(asked) = variant.strip_prefix("q=") {
            all.push(at(&format!("/search?q={}", crate::common::encode(asked))));
        } else if variant.contains("POST /notes") {
            all.push(Sent {
                path: "/notes".to_owned(),
                headers: [("Content-Type".to_owned(), "text/markdown".to_owned())].into(),
                ..with_body("---\nprotection: public\n---\n")
            });
        } else {
            all.push(match attack.id.as_str() {
                "K39" => with_body(&format!(
                    "SELECT * {{ SERVICE <{variant}> {{ ?s ?p ?o }} }}"
                )),
                "K45" => with_body(&nested(variant)),
                "K40" => with_body(&format!(
                    "{variant} INTO GRAPH <https://kb.example/note/rob-own>"
                )),
                _ => with_body(variant),
            });
        }
    }
    let more: Vec<Sent> = match attack.id.as_str() {
        "K02" => vec![query("ASK { GRAPH <https://kb.example/note/conf-hr> {} }"), query("DESCRIBE <https://kb.example/note/conf-hr>").with("Accept", "application/n-triples")],
        "K05" => [
            "SELECT (AVG(?o) AS ?n) (MIN(STR(?o)) AS ?m) (COUNT(DISTINCT *) AS ?k) { ?s ?p ?o }",
            "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*) > 1) ORDER BY ?p",
            "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        ].map(query).to_vec(),
        "K06" => [
            "ASK { :pubStart :links* :pubEnd }",
            "ASK { :pubStart :links/:links :pubEnd }",
            "ASK { :pubEnd (^:links)+ :pubStart }",
            "ASK { :pubStart (:links|^:links)+ :pubEnd }",
            "SELECT ?x { :pubMid !(:none) ?x }",
        ].map(query).to_vec(),
        "K08" => [
            "SELECT ?x { VALUES ?x { 1 } FILTER NOT EXISTS { :falcon ?p ?o } }",
            "SELECT ?s { ?s ?p ?o MINUS { GRAPH ?g { ?s :status ?x } } } ORDER BY ?s",
            "SELECT ?x { VALUES ?x { 1 } FILTER EXISTS { GRAPH <https://kb.example/note/conf-hr> {} } }",
        ].map(query).to_vec(),
        "K10" => vec![query("SELECT ?g { GRAPH ?g { :alice :expertIn :rust } }")],
        "K14" => vec![
            query("CONSTRUCT { :falcon ?p ?o } WHERE { :falcon ?p ?o }"),
            query("DESCRIBE ?x { ?x :status ?o }"),
            query("DESCRIBE :falcon :pubA"),
        ],
        "K17" => vec![at("/page/falcon"), at("/data/falcon"), at("/data/falcon.ttl"), at("/id/falcon%2F"), at("/id/../id/falcon")],
        "K18" => vec![at("/sparql"), at("/"), at("/stats"), at("/metrics"), at("/openapi.json"), at("/audit-log")],
        "K22" => [
            "/people/alice/loss",
            "/page/alice",
            "/api/questions",
            "/api/questions/expert-map",
            "/api/questions/experts/expert-map",
            "/api/audit",
            "/api/loss?person=alice",
            "/api/loss?person=falcon",
            "/api/experts?topic=rust",
            "/api/experts?topic=falcon",
            "/api/experts?topic=layoffs",
            "/api/advice?topic=falcon",
        ]
        .map(at)
        .to_vec(),
        "K29" => vec![with_body("PREFIX : <https://kb.example/id/> INSERT DATA { GRAPH <https://kb.example/note/int1> { :x :p 1 } }")],
        "K30" => [
            "INSERT { GRAPH <https://kb.example/note/ivy-own> { ?s ?p ?o } } WHERE { GRAPH <https://kb.example/note/conf-hr> { ?s ?p ?o } }",
            "INSERT { GRAPH <https://kb.example/note/ivy-own> { ?s ?p ?o } } USING <https://kb.example/note/conf-hr> WHERE { ?s ?p ?o }",
            "WITH <https://kb.example/note/conf-hr> INSERT { GRAPH <https://kb.example/note/ivy-own> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
            "COPY SILENT <https://kb.example/note/conf-hr> TO <https://kb.example/note/ivy-own>",
            "ADD SILENT <https://kb.example/note/conf-hr> TO <https://kb.example/note/ivy-own>",
            "INSERT { GRAPH <https://kb.example/note/ivy-own> { :n :count ?n } } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH <https://kb.example/note/conf-hr> { ?s ?p ?o } } HAVING(COUNT(*) > 0) }",
        ].map(query).to_vec(),
        "K31" => [
            "CLEAR NAMED", "DROP SILENT ALL", "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        ].map(with_body).to_vec(),
        "K32" => [
            "CREATE SILENT GRAPH <https://kb.example/note/conf-hr>",
            "CLEAR SILENT GRAPH <https://kb.example/note/conf-hr>",
            "MOVE <https://kb.example/note/conf-hr> TO <https://kb.example/note/ivy-own>",
            "COPY <https://kb.example/note/ivy-own> TO <https://kb.example/note/conf-hr>",
        ].map(with_body).to_vec(),
        "K34" => ["GET", "HEAD", "POST", "DELETE", "PATCH"].map(|method| {
            let mut sent = own.clone();
            method.clone_into(&mut sent.method);
            if ["GET", "HEAD", "DELETE"].contains(&method) {
                sent.body.clear();
                sent.headers.clear();
            }
            sent
        }).to_vec(),
        "K39" => vec![
            with_body(&format!("SELECT * {{ SERVICE <http://{listener}/> {{ ?s ?p ?o }} }}")),
            with_body(&format!("SELECT * {{ SERVICE SILENT <http://{listener}/> {{ ?s ?p ?o }} }}")),
            with_body(&format!("SELECT * {{ VALUES ?u {{ <http://{listener}/> }} SERVICE ?u {{ ?s ?p ?o }} }}")),
            with_body(&format!("SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <http://{listener}/> {{ ?s ?p ?o }} }} }}")),
        ],
        "K40" => vec![with_body(&format!("LOAD <http://{listener}/x> INTO GRAPH <https://kb.example/note/rob-own>"))],
        "K42" => vec![
            with_body(&format!("{{\"@context\":\"http://{listener}/ctx\",\"@id\":\"urn:a\",\"p\":1}}")),
            with_body(&format!("{{\"@context\":{{\"@import\":\"http://{listener}/ctx\"}},\"@id\":\"urn:a\",\"p\":1}}")),
        ],
        "K43" => vec![
            with_body("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description><rdf:value>&x;</rdf:value></rdf:Description></rdf:RDF>"),
        ],
        "K45" => ["minus(50000)", "bracket(5000)", "bracket(1000)", "list(1000)", "path(1000)", "triple(1000)", "optional(5000)", "exists(1000)", "select(1000)", "reified(20000)", "reified(1000)", "concat(1000)"]
            .map(|what| with_body(&nested(what))).to_vec(),
        "K50" => vec![
            own.clone().with("Content-Type", "application/x-www-form-urlencoded"),
            own.clone().with("Content-Type", "application/sparql-update"),
            own.clone().with("Origin", "null"),
        ],
        "K51" => vec![own.clone().with("Host", "localhost.evil.example"), own.clone().with("Host", "127.0.0.1.nip.io:7878")],
        "K53" => vec![at("/sparql?user=rita&clearance=restricted"), own.clone().with("Kenning-Clearance", "restricted").with("Kenning-Groups", "hr,legal"), own.clone().with("X-Remote-User", "rita").with("Forwarded", "for=127.0.0.1")],
        _ => Vec::new(),
    };
    all.extend(more);
    all
}

/// The request that must be answered alike, for cases which say so, and what stands in its place in the answer.
pub(crate) fn same_as(attack: &Attack, sent: &Sent) -> Option<(Sent, [&'static str; 2])> {
    attack.expected.same_as.as_ref()?;
    let names = match attack.id.as_str() {
        "K14" | "K17" => ["falcon", "unknown-xyz"],
        _ => [HIDDEN, ABSENT],
    };
    let other = sent.renamed(names[0], names[1]);
    (other.path != sent.path || other.body != sent.body).then_some((other, names))
}

/// A query that nests as deep as `what` says.
fn nested(what: &str) -> String {
    let (kind, count) = what.trim_end_matches(')').split_once('(').unwrap();
    let count: usize = count.parse().unwrap();
    let around = |before: &str, within: &str, after: &str| {
        format!("{}{within}{}", before.repeat(count), after.repeat(count))
    };
    match kind {
        "nest" => format!("SELECT * {{ {} }}", around("{", "", "}")),
        "paren" => format!("SELECT * {{ FILTER({}) }}", around("(", "1", ")")),
        "not" => format!("SELECT * {{ FILTER({}) }}", around("!", "true", "")),
        "minus" => format!("SELECT * {{ FILTER({}) }}", around("- ", "1", "")),
        "pathstar" => format!("SELECT * {{ ?s <urn:p>{} ?o }}", around("*", "", "")),
        "path" => format!("SELECT * {{ ?s {} ?o }}", around("(^", "<urn:p>", ")")),
        "union" => format!("SELECT * {{ {{}} {} }}", "UNION {}".repeat(count)),
        "bracket" => format!("SELECT * {{ ?s ?p {} }}", around("[ ?p ", "1", "]")),
        "list" => format!("SELECT * {{ ?s ?p {} }}", around("(", "1", ")")),
        "triple" => format!("SELECT * {{ ?s ?p {} }}", around("<<( ?a ?b ", "1", ")>>")),
        "reified" => format!("SELECT * {{ {} ?p ?o }}", around("<< ", "?a", " ?p ?o >>")),
        "concat" => format!("SELECT * {{ FILTER({}) }}", around("CONCAT(", "1", ")")),
        "optional" => format!("SELECT * {{ {} }}", around("OPTIONAL {", "", "}")),
        "exists" => format!("SELECT * {{ {} }}", around("FILTER EXISTS {", "", "}")),
        "select" => format!("SELECT * {{ {} }}", around("{ SELECT * {", "", "} }")),
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
