//! Every route as every role, signing in, and what browsers are kept from.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, bearer, small};
use kenning_server::{ServerSettings, Service, TrustedProxy};
use std::collections::BTreeSet;

/// Who asks, in the order of the columns below.
const CALLERS: [&str; 9] = [
    "anonymous",
    "reader",
    "editor",
    "curator",
    "ingest",
    "declassifier",
    "operator",
    "auditor",
    "wrong",
];

/// One row for each method and route: a request, and the status each caller gets.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    [u16; 9],
);

/// All tokens are cleared for `internal`; all hold a grant for `urn:own`, which some roles may use. The last column is a wrong token.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // method, route, target, content type, body, anonymous reader editor curator ingest declassifier operator auditor wrong
    ("GET", "/", "/", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/style.css", "/style.css", "", "", [200; 9]),
    ("GET", "/healthz", "/healthz", "", "", [200; 9]),
    ("GET", "/prefixes", "/prefixes", "", "", [200; 9]),
    ("GET", "/metrics", "/metrics", "", "", [401, 403, 403, 403, 403, 403, 200, 403, 401]),
    ("GET", "/audit-log", "/audit-log", "", "", [401, 403, 403, 403, 403, 403, 403, 404, 401]),
    ("GET", "/query", "/query?query=ASK%7B%7D", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/query", "/query", "application/sparql-query", "ASK{}", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/sparql", "/sparql", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/sparql", "/sparql", "application/sparql-update", "CLEAR GRAPH <urn:other>", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("POST", "/update", "/update", "application/sparql-update", "CLEAR GRAPH <urn:other>", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("GET", "/store", "/store?graph=urn:g:internal", "", "", [404, 200, 200, 200, 404, 200, 200, 200, 401]),
    ("PUT", "/store", "/store?graph=urn:own", "text/turtle", "", [401, 403, 201, 204, 204, 204, 403, 403, 401]),
    ("POST", "/store", "/store?graph=urn:own", "text/turtle", "", [401, 403, 204, 204, 204, 204, 403, 403, 401]),
    ("PATCH", "/store", "/store?graph=urn:own", "application/sparql-update", "", [401, 403, 204, 204, 204, 204, 403, 403, 401]),
    ("DELETE", "/store", "/store?graph=urn:other", "", "", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("GET", "/store/{*rest}", "/store/x", "", "", [404, 404, 404, 404, 404, 404, 404, 404, 401]),
    ("PUT", "/store/{*rest}", "/store/x", "text/turtle", "", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("POST", "/store/{*rest}", "/store/x", "text/turtle", "", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("PATCH", "/store/{*rest}", "/store/x", "application/sparql-update", "", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("DELETE", "/store/{*rest}", "/store/x", "", "", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("GET", "/id/{*rest}", "/id/agent/erin", "", "", [404, 303, 303, 303, 404, 303, 303, 303, 401]),
    ("GET", "/page/{*rest}", "/page/agent/erin", "", "", [404, 200, 200, 200, 404, 200, 200, 200, 401]),
    ("GET", "/data/{*rest}", "/data/agent/erin", "", "", [404, 200, 200, 200, 404, 200, 200, 200, 401]),
    ("GET", "/sitemap.xml", "/sitemap.xml", "", "", [404, 404, 404, 404, 404, 404, 404, 404, 401]),
    ("GET", "/.well-known/void", "/.well-known/void", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/ns/km", "/ns/km", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/ns/{file}", "/ns/km.ttl", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/ns/km/{*part}", "/ns/km/core/0.1.0", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/questions", "/api/questions", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/questions/{*name}", "/api/questions/stale-notes", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/audit", "/api/audit", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/experts", "/api/experts?topic=x", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/loss", "/api/loss", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/api/advice", "/api/advice?topic=x", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/api/record/{kind}", "/api/record/event", "application/json", "{}", [401, 403, 403, 403, 403, 403, 403, 403, 401]),
    ("GET", "/openapi.json", "/openapi.json", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("GET", "/sign-in", "/sign-in", "", "", [200, 200, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", "/sign-in", "/sign-in", "application/x-www-form-urlencoded", "token=x", [401; 9]),
    ("POST", "/sign-out", "/sign-out", "", "", [303, 303, 303, 303, 303, 303, 303, 303, 401]),
    ("POST", "/operator/run", "/operator/run", "application/json", "{}", [404, 404, 404, 404, 404, 404, 404, 404, 401]),
];

#[test]
fn every_route_answers_every_role_as_the_table_says() {
    let rows: BTreeSet<(&str, &str)> = TABLE.iter().map(|row| (row.0, row.1)).collect();
    let routes: BTreeSet<(&str, &str)> = Service::routes().into_iter().collect();
    assert_eq!(rows, routes, "each route has a row, and each row a route");

    let server = Server::start(small(), ServerSettings::default());
    let headers: Vec<String> = CALLERS
        .iter()
        .map(|caller| match *caller {
            "anonymous" => String::new(),
            "wrong" => bearer("kn_abc_def"),
            role => bearer(&server.token("internal", &[], role, &["urn:own"])),
        })
        .collect();
    for (method, _, target, kind, body, expected) in TABLE {
        for ((caller, who), status) in CALLERS.iter().zip(&headers).zip(expected) {
            let kind = if kind.is_empty() {
                String::new()
            } else {
                format!("Content-Type: {kind}")
            };
            let answer = server.send(method, target, &format!("{who}\n{kind}"), body.as_bytes());
            assert_eq!(
                answer.status,
                *status,
                "{method} {target} as {caller}: {}",
                answer.text()
            );
            assert!(
                !answer.header("x-request-id").is_empty(),
                "{method} {target}"
            );
            assert!(
                !answer.header("content-security-policy").is_empty(),
                "{method} {target}"
            );
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "",
                "{method} {target}"
            );
        }
    }
}

#[test]
fn the_link_signs_in_once_and_a_token_by_form() {
    let server = Server::start(small(), ServerSettings::default());
    let count =
        "/query?format=csv&query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D";
    let link = server.service.make_sign_in_link().unwrap();
    let opened = server.get(&link, "");
    assert_eq!((opened.status, opened.header("location")), (303, "/"));
    let cookie = opened.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap());
    assert!(server.get(count, &cookie).text().contains('5'));
    assert!(server.get(count, "").text().contains('2'));
    let again = server.get(&link, "");
    assert_eq!((again.status, again.header("set-cookie")), (200, ""));
    assert_eq!(server.send("POST", "/sign-out", &cookie, b"").status, 303);
    assert!(server.get(count, &cookie).text().contains('2'));

    let token = server.token("internal", &[], "reader", &[]);
    let form = "Content-Type: application/x-www-form-urlencoded";
    let opened = server.send(
        "POST",
        "/sign-in",
        form,
        format!("token={token}").as_bytes(),
    );
    assert_eq!(opened.status, 303);
    let cookie = format!(
        "Cookie: {}",
        opened.header("set-cookie").split(';').next().unwrap()
    );
    assert!(server.get(count, &cookie).text().contains('3'));
    kenning_server::token::revoke(&server.kb, token.split('_').nth(1).unwrap()).unwrap();
    assert!(
        server.get(count, &cookie).text().contains('2'),
        "a revoked token ends its sessions"
    );
}

#[test]
fn claims_about_oneself_count_for_nothing() {
    let server = Server::start(small(), ServerSettings::default());
    let query = "SELECT * {?s ?p ?o}";
    let expected = server.query(query, "").comparable();
    for claim in [
        "X-Forwarded-User: rita",
        "X-Kenning-Clearance: restricted",
        "Kenning-Clearance: restricted\nKenning-Groups: *",
        "X-Forwarded-For: 127.0.0.1",
        "Cookie: kenning_session=AAAA",
        "X-Remote-User: root",
        "Forwarded: for=127.0.0.1",
    ] {
        assert_eq!(server.query(query, claim).comparable(), expected, "{claim}");
    }
    let basic = |text: &str| {
        use base64::Engine as _;
        format!(
            "Authorization: Basic {}",
            base64::engine::general_purpose::STANDARD.encode(text)
        )
    };
    let token = server.token("internal", &[], "reader", &[]);
    assert_eq!(
        server
            .query(query, &basic(&format!("anyone:{token}")))
            .status,
        200
    );
    assert_ne!(
        server.query(query, &basic(&format!("anyone:{token}"))).body,
        expected.2
    );
    assert_eq!(server.query(query, &basic("admin:admin")).status, 401);
}

#[test]
fn a_trusted_proxy_is_believed_and_nobody_else() {
    let proxy = |peer: &str| TrustedProxy {
        peers: vec![peer.parse().unwrap()],
        user_header: "x-forwarded-user".to_owned(),
        clearance_header: "x-forwarded-clearance".to_owned(),
        groups_header: "x-forwarded-groups".to_owned(),
    };
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let says = "X-Forwarded-User: rita\nX-Forwarded-Clearance: confidential\nX-Forwarded-Groups: hr, legal\nAccept: text/csv";
    for (peer, seen) in [("127.0.0.1", "4"), ("10.0.0.1", "2")] {
        let settings = ServerSettings {
            trusted_proxy: Some(proxy(peer)),
            ..ServerSettings::default()
        };
        let server = Server::start(small(), settings);
        assert_eq!(
            server.query(count, says).text().lines().nth(1),
            Some(seen),
            "{peer}"
        );
        let all = says
            .replace("hr, legal", "*")
            .replace("confidential", "restricted");
        let all = server.query(count, &all).text();
        assert_ne!(
            all.lines().nth(1),
            Some("5"),
            "a proxy hands out groups one by one"
        );
    }
}

#[test]
fn a_page_elsewhere_reaches_nothing() {
    let playground = ServerSettings {
        allow_anonymous_write: true,
        ..ServerSettings::default()
    };
    let server = Server::start(small(), playground);
    let foreign = server.send(
        "GET",
        "/query?query=ASK%7B%7D",
        "Host: evil.example:7878",
        b"",
    );
    assert_eq!(foreign.status, 421);
    for (headers, kind) in [
        (
            "Origin: https://evil.example\nSec-Fetch-Site: cross-site",
            "text/plain",
        ),
        (
            "Origin: https://evil.example",
            "application/x-www-form-urlencoded",
        ),
        ("Origin: null", "application/sparql-update"),
        ("Sec-Fetch-Site: same-site", "application/sparql-update"),
    ] {
        let sent = server.send(
            "POST",
            "/update",
            &format!("{headers}\nContent-Type: {kind}"),
            b"update=DROP+ALL",
        );
        assert_eq!(sent.status, 403, "{headers}");
        assert_eq!(sent.header("access-control-allow-origin"), "");
    }
    let preflight = "Origin: https://evil.example\nAccess-Control-Request-Method: POST";
    let preflight = server.send("OPTIONS", "/query", preflight, b"");
    assert_eq!(preflight.status, 403);
    assert_eq!(preflight.header("access-control-allow-origin"), "");

    let open = ServerSettings {
        cors_origins: vec!["https://tools.example".to_owned()],
        ..ServerSettings::default()
    };
    let server = Server::start(small(), open);
    let preflight = server.send(
        "OPTIONS",
        "/query",
        "Origin: https://tools.example\nAccess-Control-Request-Method: POST",
        b"",
    );
    assert_eq!(preflight.status, 204);
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        "https://tools.example"
    );
    assert_eq!(preflight.header("access-control-allow-credentials"), "");
    let asked = server.query("ASK {}", "Origin: https://tools.example");
    assert_eq!(
        asked.header("access-control-allow-origin"),
        "https://tools.example"
    );
    assert_eq!(
        server
            .query("ASK {}", "Origin: https://evil.example")
            .header("access-control-allow-origin"),
        ""
    );
}

#[test]
fn what_is_hidden_changes_no_byte_for_those_who_cannot_see_it() {
    let whole = Server::start(small(), ServerSettings::default());
    let kb = small();
    let mut batch = kenning_store::Batch::new();
    for hidden in ["urn:g:hr", "urn:g:closed"] {
        batch.drop_graph(common::node(hidden));
    }
    batch.put_graph(
        common::node("urn:g:replaced"),
        common::label("confidential{hr}"),
        (0..40).map(|n| common::triple(&format!("x/{n}"), "urn:q", "y")),
    );
    kb.commit(batch).unwrap();
    let twin = Server::start(kb, ServerSettings::default());
    let targets = [
        "/",
        "/store",
        "/.well-known/void",
        "/sparql",
        "/page/agent/erin",
        "/id/concept/h/falcon",
        "/id/concept/h/nothing",
        "/page/concept/h/falcon",
        "/data/agent/erin.nt",
        "/store?graph=urn:g:hr",
        "/?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D",
        "/query?query=SELECT%20%3Fg%20%7BGRAPH%20%3Fg%20%7B%7D%7D",
        "/query?query=DESCRIBE%20%3Chttps%3A%2F%2Fkb.example%2Fid%2Fconcept%2Fh%2Ffalcon%3E",
    ];
    let mut differing = 0;
    for level in ["", "internal"] {
        let ask = |server: &Server, target: &str| {
            let who = if level.is_empty() {
                String::new()
            } else {
                bearer(&server.token(level, &[], "reader", &[]))
            };
            let mut answer = server.get(target, &who);
            // The page names the token, whose id is random.
            answer.body = answer.text().split("<main>").last().unwrap().into();
            answer.headers.remove("content-length");
            answer.comparable()
        };
        for target in targets {
            assert_eq!(
                ask(&whole, target),
                ask(&twin, target),
                "{target} as `{level}`"
            );
        }
    }
    let cleared = |server: &Server, target: &str| {
        let who = bearer(&server.token("confidential", &["hr"], "reader", &[]));
        server.get(target, &who).body
    };
    for target in targets {
        differing += usize::from(cleared(&whole, target) != cleared(&twin, target));
    }
    assert!(
        differing >= 8,
        "the cleared reader sees a difference only {differing} times"
    );
}

#[test]
fn what_was_made_for_other_eyes_is_not_handed_on() {
    let server = Server::start(small(), ServerSettings::default());
    let all = bearer(&server.token("restricted", &["*"], "reader", &[]));
    let some = bearer(&server.token("internal", &[], "reader", &[]));
    for (who, triples) in [
        (&all, "5"),
        (&String::new(), "2"),
        (&some, "3"),
        (&all, "5"),
    ] {
        let void = server.get(
            "/.well-known/void",
            &format!("{who}\nAccept: application/n-triples"),
        );
        let figure = format!("<http://rdfs.org/ns/void#triples> \"{triples}\"");
        assert!(void.text().contains(&figure), "{who}: {}", void.text());
        let home = server.get("/", who).text();
        assert!(
            home.contains(&format!("<b>{triples}</b><span>statements</span>")),
            "{who}"
        );
    }
}
