//! A server process over some of the fixture's graphs, with a token for each principal, made as a user would make them.

use crate::catalogue::{Fixture, Principal};
use crate::common::{Answer, Server, encode, run};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// One request to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// A query by GET.
    pub(crate) fn query(text: &str, accept: &str) -> Self {
        Self {
            method: "GET".into(),
            path: format!("/query?query={}", encode(text)),
            headers: [("Accept".to_owned(), accept.to_owned())].into(),
            body: Vec::new(),
        }
    }

    /// An update.
    pub(crate) fn update(text: &str) -> Self {
        Self {
            method: "POST".into(),
            path: "/update".into(),
            headers: [(
                "Content-Type".to_owned(),
                "application/sparql-update".to_owned(),
            )]
            .into(),
            body: text.as_bytes().to_vec(),
        }
    }

    /// A GET of an address.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET".into(),
            path: path.into(),
            ..Self::default()
        }
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with one word put in the place of another, wherever it stands.
    pub(crate) fn renamed(&self, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.body.clone()).unwrap();
        Self {
            path: self.path.replace(from, to),
            body: body.replace(from, to).into_bytes(),
            ..self.clone()
        }
    }
}

/// A server over some of the fixture's graphs.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) data: PathBuf,
    tokens: BTreeMap<String, String>,
    _folder: tempfile::TempDir,
}

impl World {
    /// With all graphs, or for a twin only those that `seen` says; in place of each other one is something else.
    pub(crate) fn new(fixture: &Fixture, seen: Option<&Principal>) -> Self {
        Self::with(fixture, seen, &[], "")
    }

    /// The same with further graphs (name, level, Turtle) and the operator's configuration.
    pub(crate) fn with(
        fixture: &Fixture,
        seen: Option<&Principal>,
        more: &[(&str, &str, &str)],
        config: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let load = |name: &str, label: &str, text: &str| {
            let file = folder.path().join("graph.ttl");
            std::fs::write(&file, text).unwrap();
            let (level, groups) = label.split_once('{').unwrap_or((label, ""));
            let groups = groups.trim_end_matches('}').replace('|', ",");
            let file = file.display().to_string();
            let mut arguments = vec!["load", &file, "--graph", name, "--level", level];
            if !groups.is_empty() {
                arguments.extend(["--groups", groups.as_str()]);
            }
            let said = run(&data, &arguments);
            assert_eq!(said.code, 0, "{}", said.err);
        };
        for (name, label) in &fixture.graphs {
            if seen.is_some_and(|seen| !seen.sees(label)) {
                let other = "<urn:o> <urn:p> 1, 2, 3, 4, 5, 6, 7, 8, 9 .\n";
                load(&format!("{name}-other"), label, other);
            } else {
                load(name, label, &fixture.triples(name));
            }
        }
        for (name, level, text) in more {
            load(name, level, text);
        }
        let named = fixture.principals.iter();
        let tokens = named
            .filter(|(_, principal)| !principal.role.is_empty())
            .map(|(name, principal)| (name.clone(), token(&data, name, principal)))
            .collect();
        let file = folder.path().join("operator.toml");
        std::fs::write(&file, config).unwrap();
        let file = file.display().to_string();
        Self {
            server: Server::start(&data, &["--config", &file]),
            data,
            tokens,
            _folder: folder,
        }
    }

    pub(crate) fn ask(&self, principal: &str, sent: &Sent) -> Answer {
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
        let mut answer = self
            .server
            .ask(&sent.method, &sent.path, &headers, &sent.body);
        // Pages say by which token one is signed in, and each world has its own.
        if let Some(id) = bearer.as_ref().and_then(|text| text.split('_').nth(1)) {
            answer.body = answer.text().replace(id, "ID00ID").into_bytes();
        }
        answer
    }

    /// Everything there is, and for each graph who sees it.
    pub(crate) fn state(&self, fixture: &Fixture) -> String {
        let all = Sent::query(
            "SELECT * { GRAPH ?g { ?s ?p ?o } }",
            "text/tab-separated-values",
        );
        let mut lines: Vec<String> = self
            .ask("rita", &all)
            .text()
            .lines()
            .map(str::to_owned)
            .collect();
        for name in fixture.principals.keys().filter(|name| *name != "forged") {
            let graphs = self.graphs(name).into_iter();
            lines.extend(graphs.map(|graph| format!("{name} sees {graph}")));
        }
        lines.sort();
        lines.join("\n")
    }

    /// The names of the graphs that somebody sees.
    pub(crate) fn graphs(&self, principal: &str) -> BTreeSet<String> {
        let answer = self.ask(
            principal,
            &Sent::query("SELECT ?g { GRAPH ?g {} }", "text/csv"),
        );
        let text = answer.text();
        text.lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .collect()
    }

    /// The records of the audit log, each as JSON.
    pub(crate) fn audit(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.data.join("audit.jsonl")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// How much memory the process holds, and has held at most since it was last asked, in KiB.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let process = PathBuf::from(format!("/proc/{}", self.server.pid()));
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        // Without leave to reset it, the mark stays high and the check is the stricter.
        let _ = std::fs::write(process.join("clear_refs"), "5");
        (line("VmRSS:"), line("VmHWM:"))
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
