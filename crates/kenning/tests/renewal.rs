//! The operator's configuration changes while a server runs, and nobody starts it again.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, kenning};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A token of an RSA key, whose private half was thrown away: made with another implementation, and good until 2100.
const BY_RSA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvIiwiYXVkIjoia2VubmluZyIsInN1YiI6InJpdGEiLCJleHAiOjQxMDI0NDQ4MDAsImdyb3VwcyI6WyJrYi1ociJdfQ.lbPY_DiMe3Mkw2o_NTte62AHI_WkXyQ8_0CzD_8OnN9-zZD5oMFtKCz8YLbLaFT7UZmAvXgY9YQWkxio-d8wp1vJME1Ay2s5p42ewjLLP1WgNqvckDazB4G3-_mx3u2lkhGNd4T_wKM2MdY5BwXWc3W_n7Htha8xarbru4QVZwyjvhSarWBWkujTZRzmHnFyR48PIfX0WfayC6QH405pyQKyDEWp7C8KsEPCSCAQoWDNryVHxePTYufVLDzf29l9IVEoms7ug23ebIxlBEHMQnjuYyEF3tCHIAvYE_ctpjnuqCTcEv4bXHdSxnOmqtgowuCDiUOJyqn6s-JOBGyhKQ";
const RSA: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtG5nQPtraHANnJb04MuQ\n6TSGCTRcBfZuioGkd2reBGXzfUELFMdtZcqrT0+rtWlCFjwo4xN17LQiW2w5vUb3\n4Vov2EImjWmnYgc3AuBB8Of4d8rKAt6fwEmgBCKl76PR1Nct3VWDKxj0ESrS5MAX\nCQ0Kqqjdk4a5e3ljFxPuYGnfLgr5U+rKpYqhioy3XLnf6CIjGHlVCyL0XeDWkxdb\nhDwAJ8qU4NdB4i48sNg8Nsu124nNtJDmRCUTYjYlDrcD8NUYhnxXjGB3Rvq+Vymd\nPOH2ZLuUuj0DFBtpzoCaybdcfQF+LW4lT6Rehfyl/mtRPdzDNmzDFE6tFMweM7pU\ncQIDAQAB\n-----END PUBLIC KEY-----\n";

const ISSUER: &str = "[[server.issuer]]\nissuer = 'https://login.example/'\naudience = ['kenning']\nkeys = 'keys.pem'\n\
     clearance_claim = 'groups'\n[server.issuer.clearances]\nkb-hr = 'internal'\n";
const PROXY: &str = "[server.trusted_proxy]\npeers = ['127.0.0.1']\nuser_header = 'x-user'\nclearance_header = 'x-level'\n\
     groups_header = 'x-groups'\n";

/// A folder with a wiki of an open and an internal note, keys, and a configuration.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(configuration: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("notes/hr");
        std::fs::create_dir_all(&notes).unwrap();
        std::fs::write(
            notes.join("../open.md"),
            "---\nprotection: public\n---\n# Open\n",
        )
        .unwrap();
        std::fs::write(
            notes.join("pay.md"),
            "---\nprotection: internal\n---\n# Pay\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("keys.pem"), RSA).unwrap();
        let place = Self { folder };
        if let Some(text) = configuration {
            place.write(text);
        }
        place
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("kenning.toml")
    }

    /// As careful editors write: beside it, and then into its place.
    fn write(&self, text: &str) {
        let new = self.folder.path().join("kenning.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.file()).unwrap();
    }

    fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = kenning(Path::new("data"));
        command
            .current_dir(self.folder.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--wiki", "notes"])
            .args(arguments);
        Server::of(command)
    }

    fn audit(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/audit.jsonl")).unwrap()
    }
}

/// The status, and the titles that are seen.
fn titles(server: &Server, headers: &[(&str, &str)]) -> (u16, String) {
    let query = "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?t { ?n a <https://w3id.org/kenning/km#Note> ; dcterms:title ?t } ORDER BY ?t";
    let answer = server.query(query, "text/csv", headers);
    let text = answer.text();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    (answer.status, rows.join(","))
}

fn by_issuer(server: &Server) -> (u16, String) {
    let token = format!("Bearer {BY_RSA}");
    let (status, titles) = titles(server, &[("Authorization", &token)]);
    (status, if status == 200 { titles } else { String::new() })
}

fn health(server: &Server) -> String {
    server.ask("GET", "/healthz", &[], b"").text()
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn both() -> (u16, String) {
    (200, "Open,Pay".to_owned())
}

fn refused() -> (u16, String) {
    (401, String::new())
}

#[test]
fn an_issuer_comes_and_goes_with_the_next_request() {
    let place = Place::new(Some("# nobody yet\n"));
    let server = place.serve(&["--config", "kenning.toml"]);
    assert_eq!(by_issuer(&server), refused());
    place.write(ISSUER);
    assert_eq!(by_issuer(&server), both());
    // Another audience is another server's.
    place.write(&ISSUER.replace("['kenning']", "['elsewhere']"));
    assert_eq!(by_issuer(&server), refused());
    // What the claims mean changes, too.
    place.write(&ISSUER.replace("'internal'", "'public'"));
    assert_eq!(by_issuer(&server), (200, "Open".to_owned()));
    place.write(ISSUER);
    assert_eq!(by_issuer(&server), both());
    place.write("# nobody any more\n");
    assert_eq!(by_issuer(&server), refused());
    assert_eq!(health(&server), "ok\nsync: group\n");
    // Also when somebody writes over the file.
    std::fs::write(place.file(), ISSUER).unwrap();
    assert_eq!(by_issuer(&server), both());
    wait_for("each change is in the audit log", || {
        place.audit().matches("configuration read again").count() == 6
    });
}

#[test]
fn a_proxy_is_believed_as_long_as_it_stands_there() {
    let place = Place::new(None);
    // The file of the working folder may come later, too.
    let server = place.serve(&[]);
    let by_proxy = || titles(&server, &[("X-User", "rita"), ("X-Level", "internal")]);
    let open = (200, "Open".to_owned());
    assert_eq!(by_proxy(), open);
    place.write(PROXY);
    assert_eq!(by_proxy(), both());
    place.write(&PROXY.replace("127.0.0.1", "127.0.0.9"));
    assert_eq!(by_proxy(), open);
    place.write(PROXY);
    assert_eq!(by_proxy(), both());
    place.write("# no proxy\n");
    assert_eq!(by_proxy(), open);
}

#[test]
fn a_configuration_that_cannot_be_used_opens_nothing_and_closes_nothing() {
    let rule = "[[rule]]\npath = 'hr'\nfloor = 'internal'\n";
    let place = Place::new(Some(&format!("{rule}{ISSUER}")));
    let server = place.serve(&["--config", "kenning.toml"]);
    assert_eq!(by_issuer(&server), both());
    let broken = [
        "default_level = 'public'\n[server",
        "default_level = 'public'\nno_such_key = 1\n",
        "default_level = 'secrte'\n",
        "",
        // Everything is well but one issuer, whose keys are not there.
        &format!("{ISSUER}{}", ISSUER.replace("keys.pem", "none.pem")),
        &format!("{ISSUER}{PROXY}").replace("['127.0.0.1']", "['anybody']"),
    ];
    for text in broken {
        place.write(text);
        assert_eq!(by_issuer(&server), both(), "{text}");
        let by_proxy = titles(&server, &[("X-User", "rita"), ("X-Level", "internal")]);
        assert_eq!(by_proxy, (200, "Open".to_owned()), "{text}");
        let health = health(&server);
        assert!(health.contains("cannot be used"), "{text}: {health}");
        assert!(
            !health.contains("secrte") && !health.contains("none.pem"),
            "{health}"
        );
        place.write(&format!("{rule}{ISSUER}"));
        assert_eq!(
            common::request(&server.address, "GET", "/healthz", &[], b"").text(),
            "ok\nsync: group\n",
            "{text}"
        );
    }
    std::fs::remove_file(place.file()).unwrap();
    assert_eq!(by_issuer(&server), both());
    assert!(health(&server).contains("cannot be used"));
    wait_for("the log says each time what is wrong", || {
        let log = server.log();
        [
            "no_such_key",
            "secrte",
            "is empty",
            "none.pem",
            "anybody",
            "is gone",
        ]
        .iter()
        .all(|what| log.contains(what))
    });
    wait_for("the audit log has them", || {
        let audit = place.audit();
        audit
            .lines()
            .filter(|line| line.contains("read again") && line.contains("failed"))
            .count()
            == broken.len() + 1
    });
}

#[test]
fn rules_about_labels_hold_without_a_new_start() {
    let place = Place::new(Some("# no rules\n"));
    let server = place.serve(&["--config", "kenning.toml"]);
    place.write(PROXY);
    let internal = || titles(&server, &[("X-User", "rita"), ("X-Level", "internal")]);
    assert_eq!(internal(), both());
    place.write(&format!(
        "[[rule]]\npath = 'hr'\nfloor = 'confidential'\n{PROXY}"
    ));
    wait_for("the floor holds", || internal() == (200, "Open".to_owned()));
    // What is broken lowers nothing, and neither does what is gone.
    place.write(&format!("[[rule]]\npath = 'hr'\nfloor = 'none'\n{PROXY}"));
    let _ = health(&server);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(internal(), (200, "Open".to_owned()));
    place.write(PROXY);
    wait_for("the floor is gone", || internal() == both());
}

#[test]
fn what_cannot_change_is_named_and_the_rest_holds() {
    let place = Place::new(Some(ISSUER));
    let server = place.serve(&["--config", "kenning.toml"]);
    let changed = format!(
        "levels = ['public', 'staff', 'internal', 'confidential', 'restricted']\nbase_url = 'https://kb.example/'\n\
         default_level = 'public'\n[server]\nlisten = '127.0.0.1:1'\n{PROXY}"
    );
    place.write(&changed);
    assert_eq!(by_issuer(&server), refused());
    let by_proxy = titles(&server, &[("X-User", "rita"), ("X-Level", "internal")]);
    assert_eq!(by_proxy, both());
    let waiting = health(&server);
    for key in ["levels", "base_url", "server.listen"] {
        assert!(waiting.contains(key), "{waiting}");
        wait_for("the log names them", || server.log().contains(key));
    }
    assert!(!waiting.contains("tls"), "{waiting}");
    place.write(ISSUER);
    assert_eq!(by_issuer(&server), both());
    assert_eq!(health(&server), "ok\nsync: group\n");
}
