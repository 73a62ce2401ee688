//! Tokens that an identity provider signed: who gets in by them, as what, and who does not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{Server, bearer, small};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kenning_server::{IssuerSettings, ServerSettings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const ISSUER: &str = "https://login.example/";

/// A token of an RSA key, whose private half was thrown away: made with another implementation, and good until 2100.
const BY_RSA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYS0xIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvIiwiYXVkIjoia2VubmluZyIsInN1YiI6InJpdGEiLCJleHAiOjQxMDI0NDQ4MDAsImdyb3VwcyI6WyJrYi1ociJdfQ.lbPY_DiMe3Mkw2o_NTte62AHI_WkXyQ8_0CzD_8OnN9-zZD5oMFtKCz8YLbLaFT7UZmAvXgY9YQWkxio-d8wp1vJME1Ay2s5p42ewjLLP1WgNqvckDazB4G3-_mx3u2lkhGNd4T_wKM2MdY5BwXWc3W_n7Htha8xarbru4QVZwyjvhSarWBWkujTZRzmHnFyR48PIfX0WfayC6QH405pyQKyDEWp7C8KsEPCSCAQoWDNryVHxePTYufVLDzf29l9IVEoms7ug23ebIxlBEHMQnjuYyEF3tCHIAvYE_ctpjnuqCTcEv4bXHdSxnOmqtgowuCDiUOJyqn6s-JOBGyhKQ";
const RSA: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtG5nQPtraHANnJb04MuQ\n6TSGCTRcBfZuioGkd2reBGXzfUELFMdtZcqrT0+rtWlCFjwo4xN17LQiW2w5vUb3\n4Vov2EImjWmnYgc3AuBB8Of4d8rKAt6fwEmgBCKl76PR1Nct3VWDKxj0ESrS5MAX\nCQ0Kqqjdk4a5e3ljFxPuYGnfLgr5U+rKpYqhioy3XLnf6CIjGHlVCyL0XeDWkxdb\nhDwAJ8qU4NdB4i48sNg8Nsu124nNtJDmRCUTYjYlDrcD8NUYhnxXjGB3Rvq+Vymd\nPOH2ZLuUuj0DFBtpzoCaybdcfQF+LW4lT6Rehfyl/mtRPdzDNmzDFE6tFMweM7pU\ncQIDAQAB\n-----END PUBLIC KEY-----\n";
/// A key of 1,024 bits.
const SHORT: &str = "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDgFoPMc0BFuIzbvh309j1ibVD2\nwyNW/JBpcCjH7rfyp6zhlIIxlLt8VJJHO482jhSr+m2gm57op1lZXZ0ypuINVMy7\nXv1Bkg98YS2TV3a4S/tR47RzOMf1NgtbiL1rptxR3onvdqzbPAme6LOMxIo1T8rU\nkx5ISaTpUqVi2xUauQIDAQAB\n-----END PUBLIC KEY-----\n";

/// A new key pair (Ed25519, RFC 8410), and its public half under a name.
fn pair(id: Option<&str>) -> (EncodingKey, Jwk) {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    der.extend(seed);
    let key = EncodingKey::from_ed_der(&der);
    let mut public = Jwk::from_encoding_key(&key, Algorithm::EdDSA).unwrap();
    public.common.key_id = id.map(str::to_owned);
    (key, public)
}

fn write(file: &Path, keys: Vec<Jwk>) {
    std::fs::write(file, serde_json::to_vec(&JwkSet { keys }).unwrap()).unwrap();
}

fn file(name: &str) -> PathBuf {
    let name = format!("kenning-issuers-{name}-{}", std::process::id());
    std::env::temp_dir().join(name)
}

fn issuer(keys: &Path) -> IssuerSettings {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    };
    IssuerSettings {
        issuer: ISSUER.to_owned(),
        audience: vec!["kenning".to_owned()],
        algorithms: Vec::new(),
        keys: keys.to_owned(),
        leeway: Duration::from_secs(30),
        groups_claim: Some("realm.roles".to_owned()),
        groups: map(&[("kb-hr", "hr")]),
        clearance_claim: Some("realm.roles".to_owned()),
        clearances: map(&[("kb-staff", "internal"), ("kb-hr", "confidential")]),
    }
}

fn server(issuer: IssuerSettings) -> Server {
    let settings = ServerSettings {
        issuers: vec![issuer],
        ..ServerSettings::default()
    };
    Server::start(small(), settings)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs()
}

fn claims(roles: &[&str]) -> Value {
    json!({ "iss": ISSUER, "aud": "kenning", "sub": "rita", "exp": now() + 60, "realm": { "roles": roles } })
}

fn sign(key: &EncodingKey, id: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = id.map(str::to_owned);
    encode(&header, claims, key).unwrap()
}

/// How many graphs the holder sees; `None` when it is refused.
fn graphs(server: &Server, token: &str) -> Option<usize> {
    let answer = server.query(
        "SELECT ?g { GRAPH ?g {} }",
        &format!("{}\nAccept: text/csv", bearer(token)),
    );
    match answer.status {
        200 => Some(answer.text().lines().count() - 1),
        401 => None,
        other => panic!("{other}: {}", answer.text()),
    }
}

#[test]
fn claims_are_what_the_configuration_makes_of_them() {
    let keys = file("claims");
    let (key, public) = pair(Some("a"));
    write(&keys, vec![public]);
    let server = server(issuer(&keys));
    let seen = |roles: &[&str]| graphs(&server, &sign(&key, Some("a"), &claims(roles)));
    assert_eq!(seen(&[]), Some(1), "no mapping is public");
    assert_eq!(
        seen(&["hr", "internal", "*", "admin"]),
        Some(1),
        "what is not mapped means nothing"
    );
    assert_eq!(seen(&["kb-staff"]), Some(2));
    assert_eq!(seen(&["kb-staff", "kb-hr"]), Some(3), "the highest counts");
    let mut several = claims(&["kb-staff"]);
    several["aud"] = json!(["other", "kenning"]);
    assert_eq!(graphs(&server, &sign(&key, Some("a"), &several)), Some(2));
    // Its holder reads, whatever the token says.
    let mut bold = claims(&["kb-hr"]);
    bold["roles"] = json!(["curator"]);
    bold["writes"] = json!(["*"]);
    let token = sign(&key, Some("a"), &bold);
    let update = format!(
        "{}\nContent-Type: application/sparql-update",
        bearer(&token)
    );
    assert_eq!(
        server
            .send(
                "POST",
                "/update",
                &update,
                b"INSERT DATA { GRAPH <urn:x> { <urn:a> <urn:b> <urn:c> } }"
            )
            .status,
        403
    );
    for route in ["/metrics", "/audit-log"] {
        assert_eq!(server.get(route, &bearer(&token)).status, 403, "{route}");
    }
    std::fs::remove_file(keys).unwrap();
}

#[test]
fn a_token_that_is_not_wholly_right_is_refused() {
    let keys = file("refused");
    let (key, public) = pair(Some("a"));
    let (stranger, _) = pair(Some("a"));
    write(&keys, vec![public.clone()]);
    let server = server(issuer(&keys));
    let good = claims(&["kb-hr"]);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&key, Some("a"), &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        sign(&key, Some("a"), &claims)
    };
    let fine = sign(&key, Some("a"), &good);
    assert_eq!(graphs(&server, &fine), Some(3));
    let parts: Vec<&str> = fine.split('.').collect();
    let head = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let none = head(json!({ "alg": "none" }));
    let critical = head(json!({ "alg": "EdDSA", "kid": "a", "crit": ["b64"], "b64": false }));
    // A public key that is taken for a shared secret would let everybody sign who can read it.
    let file_bytes = std::fs::read(&keys).unwrap();
    let confused: Vec<String> = [&file_bytes[..], public_bytes(&public).as_slice()]
        .iter()
        .map(|secret| {
            let mut header = Header::new(Algorithm::HS256);
            header.kid = Some("a".to_owned());
            encode(&header, &good, &EncodingKey::from_secret(secret)).unwrap()
        })
        .collect();
    let bad = [
        ("issuer", with("iss", json!("https://evil.example/"))),
        (
            "issuer with more",
            with("iss", json!("https://login.example/x")),
        ),
        ("list of issuers", with("iss", json!([ISSUER]))),
        ("no issuer", without("iss")),
        ("audience", with("aud", json!("another"))),
        ("audiences", with("aud", json!(["another", "kenning2"]))),
        ("audience of another kind", with("aud", json!(7))),
        ("no audience", without("aud")),
        ("expired", with("exp", json!(now() - 31))),
        ("no expiry", without("exp")),
        ("expiry as text", with("exp", json!("tomorrow"))),
        ("not yet", with("nbf", json!(now() + 60))),
        ("nbf as text", with("nbf", json!("now"))),
        ("no subject", without("sub")),
        ("empty subject", with("sub", json!(" "))),
        ("a stranger's key", sign(&stranger, Some("a"), &good)),
        ("unknown key", sign(&key, Some("b"), &good)),
        ("none", format!("{none}.{}.", parts[1])),
        ("none, signed", format!("{none}.{}.{}", parts[1], parts[2])),
        ("critical", format!("{critical}.{}.{}", parts[1], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("cut", format!("{}.{}", parts[0], parts[1])),
        (
            "another claim",
            format!(
                "{}.{}.{}",
                parts[0],
                URL_SAFE_NO_PAD.encode(claims(&[]).to_string()),
                parts[2]
            ),
        ),
        ("public key as secret", confused[0].clone()),
        ("public key as secret, raw", confused[1].clone()),
        ("long", with("more", json!("x".repeat(20_000)))),
        ("nothing", "..".to_owned()),
    ];
    for (what, token) in &bad {
        assert_eq!(graphs(&server, token), None, "{what}");
    }
    // A little difference between clocks is none.
    assert_eq!(graphs(&server, &with("exp", json!(now() - 10))), Some(3));
    // A refusal is the same whatever was wrong.
    let answer = |token: &str| server.query("ASK {}", &bearer(token)).comparable();
    assert_eq!(answer(&bad[0].1), answer(&bad[8].1));
    assert_eq!(answer(&bad[0].1), answer("kn_abc_def"));
    std::fs::remove_file(keys).unwrap();
}

fn public_bytes(public: &Jwk) -> Vec<u8> {
    let json = serde_json::to_value(public).unwrap();
    URL_SAFE_NO_PAD.decode(json["x"].as_str().unwrap()).unwrap()
}

#[test]
fn keys_change_without_a_new_start() {
    let keys = file("change");
    let (old, old_public) = pair(Some("old"));
    let (new, new_public) = pair(Some("new"));
    write(&keys, vec![old_public]);
    let server = server(issuer(&keys));
    let by_old = sign(&old, Some("old"), &claims(&[]));
    let by_new = sign(&new, Some("new"), &claims(&[]));
    assert_eq!(
        (graphs(&server, &by_old), graphs(&server, &by_new)),
        (Some(1), None)
    );
    write(&keys, vec![new_public.clone(), pair(None).1]);
    assert_eq!(
        (graphs(&server, &by_old), graphs(&server, &by_new)),
        (None, Some(1))
    );
    // Keys that cannot be read are no keys.
    std::fs::write(&keys, "{").unwrap();
    assert_eq!(graphs(&server, &by_new), None);
    write(&keys, vec![new_public]);
    assert_eq!(graphs(&server, &by_new), Some(1));
    std::fs::remove_file(&keys).unwrap();
    assert_eq!(graphs(&server, &by_new), None);
}

#[test]
fn the_algorithm_is_the_configured_one() {
    let keys = file("algorithm");
    let (key, public) = pair(None);
    write(&keys, vec![public]);
    let pinned = |algorithms: &[&str]| IssuerSettings {
        algorithms: algorithms.iter().map(|name| (*name).to_owned()).collect(),
        ..issuer(&keys)
    };
    let token = sign(&key, None, &claims(&[]));
    assert_eq!(graphs(&server(pinned(&["EdDSA"])), &token), Some(1));
    assert_eq!(graphs(&server(pinned(&["RS256", "ES256"])), &token), None);
    // One key in PEM, with a token from another implementation.
    std::fs::write(&keys, RSA).unwrap();
    let settings = IssuerSettings {
        groups_claim: Some("groups".to_owned()),
        clearance_claim: Some("groups".to_owned()),
        ..issuer(&keys)
    };
    assert_eq!(graphs(&server(settings), BY_RSA), Some(3));
    assert_eq!(graphs(&server(pinned(&["PS256"])), BY_RSA), None);
    std::fs::remove_file(keys).unwrap();
}

#[test]
fn what_cannot_be_followed_starts_no_server() {
    let keys = file("start");
    let (_, public) = pair(None);
    write(&keys, vec![public]);
    let refused = |settings: IssuerSettings| {
        let settings = ServerSettings {
            issuers: vec![settings],
            ..ServerSettings::default()
        };
        let kb = std::sync::Arc::new(small());
        let base = kenning_vocab::Base::new("https://kb.example/").unwrap();
        let operations = std::sync::Arc::new(kenning_server::NoOperations);
        kenning_server::Service::new(kb, base, operations, settings).is_err()
    };
    let with = |change: &dyn Fn(&mut IssuerSettings)| {
        let mut settings = issuer(&keys);
        change(&mut settings);
        refused(settings)
    };
    assert!(!with(&|_| ()));
    assert!(with(&|all| all.audience.clear()));
    assert!(with(&|all| all.audience = vec![" ".to_owned()]));
    assert!(with(&|all| all.issuer.clear()));
    for name in ["none", "HS256", "HS512", "RS1", "rs256 "] {
        assert!(
            with(&|all| all.algorithms = vec![name.to_owned()]),
            "{name}"
        );
    }
    assert!(with(&|all| _ = all.keys.set_extension("missing")));
    assert!(with(&|all| all.leeway = Duration::from_secs(3_600)));
    assert!(with(&|all| _ = all.groups.insert("x".into(), "*".into())));
    assert!(with(
        &|all| _ = all.clearances.insert("x".into(), "secrte".into())
    ));
    std::fs::write(&keys, SHORT).unwrap();
    assert!(with(&|_| ()), "a key of 1,024 bits");
    std::fs::write(&keys, r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).unwrap();
    assert!(with(&|_| ()), "a shared secret");
    std::fs::write(&keys, r#"{"keys":[]}"#).unwrap();
    assert!(with(&|_| ()), "no key");
    std::fs::remove_file(keys).unwrap();
}

#[test]
fn a_key_that_replaces_another_of_the_same_length_and_date_is_noticed() {
    let keys = file("date");
    let (old, public) = pair(Some("a"));
    write(&keys, vec![public]);
    let server = server(issuer(&keys));
    let seen = |key: &EncodingKey| graphs(&server, &sign(key, Some("a"), &claims(&[])));
    assert_eq!(seen(&old), Some(1));
    let date = std::fs::metadata(&keys).unwrap().modified().unwrap();
    let (new, public) = pair(Some("a"));
    // As `cp -p` and `rsync -t` put it there.
    let length = std::fs::metadata(&keys).unwrap().len();
    write(&keys, vec![public]);
    let opened = std::fs::File::options().write(true).open(&keys).unwrap();
    opened.set_modified(date).unwrap();
    assert_eq!(std::fs::metadata(&keys).unwrap().len(), length);
    assert_eq!(seen(&old), None, "the old key was taken back");
    assert_eq!(seen(&new), Some(1));
    std::fs::remove_file(keys).unwrap();
}
