//! The catalogue as it is written: cases, oracles and the store that they run on.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) fixture: Fixture,
    pub(crate) attacks: Vec<Attack>,
}

#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) principals: BTreeMap<String, Principal>,
    pub(crate) graphs: BTreeMap<String, String>,
    pub(crate) trig: String,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Principal {
    pub(crate) clearance: String,
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    #[serde(default)]
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) writes: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Attack {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) principal: String,
    pub(crate) request: Request,
    pub(crate) expected: Expected,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) variants: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) oracle: String,
    #[serde(default)]
    pub(crate) status: Vec<u16>,
    #[serde(default)]
    pub(crate) must_not_contain: Vec<String>,
    #[serde(default)]
    pub(crate) rows: Option<usize>,
    #[serde(default)]
    pub(crate) boolean: Option<bool>,
    #[serde(default)]
    pub(crate) value: Option<BTreeMap<String, i64>>,
    #[serde(default)]
    pub(crate) same_as: Option<String>,
    #[serde(default)]
    pub(crate) store_unchanged: bool,
    #[serde(default)]
    pub(crate) outbound_connections: Option<usize>,
    #[serde(default)]
    pub(crate) no_cors_allow: bool,
    #[serde(default)]
    pub(crate) max_ms: Option<u64>,
    #[serde(default)]
    pub(crate) max_rss_growth_mb: Option<u64>,
}

impl Principal {
    /// Whether it sees a label, by the rule of the catalogue.
    pub(crate) fn sees(&self, label: &str) -> bool {
        const LEVELS: [&str; 4] = ["public", "internal", "confidential", "restricted"];
        let rank = |level: &str| LEVELS.iter().position(|known| *known == level).unwrap();
        let (level, clause) = label.split_once('{').unwrap_or((label, ""));
        let clause = clause.trim_end_matches('}');
        let held = |group: &str| self.groups.iter().any(|held| held == group || held == "*");
        rank(level) <= rank(&self.clearance) && (clause.is_empty() || clause.split('|').any(held))
    }
}

impl Fixture {
    /// The graphs that somebody sees.
    pub(crate) fn seen_by(&self, principal: &Principal) -> BTreeSet<String> {
        let seen = self
            .graphs
            .iter()
            .filter(|(_, label)| principal.sees(label));
        seen.map(|(name, _)| name.clone()).collect()
    }

    /// The triples of one graph, as N-Triples.
    pub(crate) fn triples(&self, name: &str) -> String {
        let parser = oxrdfio::RdfParser::from_format(oxrdfio::RdfFormat::TriG);
        let quads = parser.for_slice(self.trig.as_bytes()).map(Result::unwrap);
        let here =
            quads.filter(|quad| quad.graph_name == oxrdf::NamedNode::new_unchecked(name).into());
        here.map(|quad| format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object))
            .collect()
    }

    /// The secret words in graphs that somebody does not see.
    pub(crate) fn canaries(&self, principal: &Principal) -> Vec<String> {
        let hidden = self
            .graphs
            .iter()
            .filter(|(_, label)| !principal.sees(label));
        let words = hidden.flat_map(|(name, _)| {
            let text = self.triples(name);
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let words = words.filter(|word| word.starts_with("CANARY-"));
            words.map(str::to_owned).collect::<Vec<_>>()
        });
        words.collect()
    }
}
