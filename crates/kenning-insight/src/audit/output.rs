//! An audit as text, JSON and triples.

use std::fmt::Write as _;

use kenning_vocab::{Base, dcterms, km, prov, rdf, rdfs, xsd};
use oxrdf::{Literal, NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfSerializer};
use serde_json::{Value, json};

use super::{Audit, Finding, Kind};
use crate::insight::counted;

impl Audit {
    /// As text for a terminal. Of each kind so many findings are listed as `most` says; `None` lists all.
    #[must_use]
    pub fn to_text(&self, most: Option<usize>) -> String {
        let mut out = String::new();
        let figures = &self.figures;
        let _ = writeln!(
            out,
            "Knowledge audit of {}, seen with the eyes of `{}`",
            self.day, self.eyes
        );
        let _ = writeln!(
            out,
            "{}, {}, {}",
            counted(figures.notes, "note", "notes"),
            counted(figures.people, "person", "people"),
            counted(
                figures.topics,
                "topic that somebody knows or knew",
                "topics that somebody knows or knew"
            ),
        );
        out.push('\n');
        for (name, value) in self.headlines() {
            let _ = writeln!(out, "  {name:<44} {value}");
        }
        self.push_modes(&mut out);
        let worst = self.worst(5);
        if !worst.is_empty() {
            out.push_str("\nWhat would hurt most\n");
            for (place, finding) in worst.iter().enumerate() {
                let _ = writeln!(out, "  {}. {}: {}", place + 1, finding.what, finding.detail);
                let _ = writeln!(out, "     {}", finding.kind.hint());
            }
        }
        self.push_past(&mut out);
        self.push_strengths(&mut out);
        for kind in Kind::all().filter(|kind| !kind.is_strength()) {
            self.push_kind(&mut out, kind, most);
        }
        out
    }

    /// The numbers that come first: what each is called, and its value or that nothing is recorded.
    #[must_use]
    pub fn headlines(&self) -> Vec<(&'static str, String)> {
        let figures = &self.figures;
        let share = |share: super::Share, unrecorded: &str| match share.percent() {
            Some(percent) => format!("{percent} % ({} of {})", share.part, share.of),
            None => unrecorded.to_owned(),
        };
        let known = figures.statements > 0 || figures.only_in_heads.of > 0;
        let or_unknown = |count: usize| {
            if known {
                count.to_string()
            } else {
                "not recorded".to_owned()
            }
        };
        vec![
            (
                "topics that hang on one person",
                or_unknown(figures.single_holder),
            ),
            (
                "topics that nobody is left to know",
                or_unknown(figures.nobody),
            ),
            (
                "recorded knowledge that is only in heads",
                share(figures.only_in_heads, "not recorded"),
            ),
            (
                "of which a patient writer could write down",
                figures
                    .expressible
                    .map_or("not recorded".to_owned(), |share| {
                        format!("{:.0} %", share * 100.0)
                    }),
            ),
            (
                "notes that are confirmed and in date",
                share(figures.in_date, "no notes"),
            ),
            (
                "claims that name a source",
                share(figures.sourced, "no claims"),
            ),
            (
                "sourced claims that rest on one source",
                share(figures.single_source, "no claim names a source"),
            ),
            (
                "people who leave within half a year",
                figures.leaving.to_string(),
            ),
            ("graphs without a label", figures.unlabelled.to_string()),
        ]
    }

    fn push_modes(&self, out: &mut String) {
        out.push_str("\nHow knowledge moved in the last year\n");
        for mode in &self.figures.modes {
            let hours = if mode.events == 0 {
                String::new()
            } else {
                let silent = match mode.without_hours {
                    0 => String::new(),
                    count => format!(", {count} without hours"),
                };
                format!(", {:.1} hours{silent}", mode.hours)
            };
            let _ = writeln!(
                out,
                "  {:<16} {}{hours}",
                mode.name,
                counted(mode.events, "event", "events")
            );
        }
        if !self.figures.has_events() {
            out.push_str("  Nothing is recorded, which is not to say that nothing moved.\n");
        }
    }

    fn push_past(&self, out: &mut String) {
        let Some(past) = &self.past else {
            out.push_str(
                "\nThis is the first audit with these eyes, so nothing is new or gone yet.\n",
            );
            return;
        };
        let since = past
            .day
            .map_or_else(String::new, |day| format!(" of {day}"));
        let gaps = self
            .findings
            .iter()
            .filter(|finding| !finding.kind.is_strength());
        let (new, remain): (Vec<&Finding>, Vec<&Finding>) =
            gaps.partition(|finding| finding.is_new == Some(true));
        let vanished: usize = past.vanished.values().sum();
        let _ = writeln!(
            out,
            "\nSince the audit{since}: {} new, {} solved, {vanished} gone with what they were about, {} remaining",
            new.len(),
            past.solved.len(),
            remain.len()
        );
        for finding in new.iter().take(5) {
            let _ = writeln!(
                out,
                "  new     {}: {} ({})",
                finding.what,
                finding.detail,
                finding.kind.name()
            );
        }
        for (kind, what) in past.solved.iter().take(5) {
            let _ = writeln!(out, "  solved  {what} ({})", kind.name());
        }
    }

    fn push_strengths(&self, out: &mut String) {
        let good = self.figures.good();
        let strengths: Vec<&Finding> = self.of_kind(Kind::WellCovered).collect();
        if good.is_empty() && strengths.is_empty() {
            return;
        }
        out.push_str("\nIn good order\n");
        for sentence in good {
            let _ = writeln!(out, "  {sentence}");
        }
        for finding in strengths {
            let _ = writeln!(out, "  {}: {}", finding.what, finding.detail);
        }
    }

    fn push_kind(&self, out: &mut String, kind: Kind, most: Option<usize>) {
        let findings: Vec<&Finding> = self.of_kind(kind).collect();
        if findings.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{} ({})", kind.title(), findings.len());
        let shown = most.unwrap_or(usize::MAX);
        for finding in findings.iter().take(shown) {
            let responsible = finding
                .responsible
                .as_ref()
                .map_or_else(String::new, |who| format!(" [{who}]"));
            let _ = writeln!(out, "  {}: {}{responsible}", finding.what, finding.detail);
        }
        if findings.len() > shown {
            let _ = writeln!(out, "  and {} more", findings.len() - shown);
        }
    }

    /// As JSON: `day`, `eyes`, `figures`, `findings`, and `past` where there was an audit before.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "id": finding.id,
                    "kind": finding.kind.name(),
                    "strength": finding.kind.is_strength(),
                    "what": finding.what,
                    "concerns": finding.concerns.iter().map(plain).collect::<Vec<_>>(),
                    "detail": finding.detail,
                    "hint": finding.kind.hint(),
                    "responsible": finding.responsible,
                    "weight": finding.weight,
                    "since": finding.since.to_string(),
                    "new": finding.is_new,
                })
            })
            .collect();
        let past = self.past.as_ref().map(|past| {
            let solved: Vec<Value> = past
                .solved
                .iter()
                .map(|(kind, what)| json!({"kind": kind.name(), "what": what}))
                .collect();
            let vanished: serde_json::Map<String, Value> = past
                .vanished
                .iter()
                .map(|(kind, count)| (kind.name().to_owned(), json!(count)))
                .collect();
            let gaps: Vec<Value> = past
                .gaps
                .iter()
                .map(|(day, count)| json!({"day": day.to_string(), "gaps": count}))
                .collect();
            json!({
                "day": past.day.map(|day| day.to_string()),
                "solved": solved,
                "vanished": vanished,
                "trend": gaps,
            })
        });
        json!({
            "day": self.day.to_string(),
            "eyes": self.eyes,
            "figures": self.figures,
            "findings": findings,
            "past": past,
        })
    }

    /// As triples: a `km:KnowledgeAudit` under `audit` that finds each `km:Gap` and `km:Strength`.
    #[must_use]
    pub fn triples(&self, base: &Base, audit: &NamedNode) -> Vec<Triple> {
        let date = Literal::new_typed_literal(self.day.to_string(), xsd::DATE);
        let text = |text: &str| Literal::new_simple_literal(text);
        let mut triples = vec![
            Triple::new(audit.clone(), rdf::TYPE, km::KNOWLEDGE_AUDIT),
            Triple::new(audit.clone(), km::LOOKS_AS, text(&self.eyes)),
            Triple::new(audit.clone(), prov::ENDED_AT_TIME, date),
            Triple::new(
                audit.clone(),
                dcterms::TITLE,
                text(&format!(
                    "Knowledge audit of {}, seen as {}",
                    self.day, self.eyes
                )),
            ),
        ];
        for finding in &self.findings {
            let node = base.record("finding", &finding.id);
            triples.push(Triple::new(audit.clone(), km::FINDS, node.clone()));
            triples.extend(finding.core(&node));
            triples.push(Triple::new(
                node.clone(),
                rdfs::LABEL,
                text(&format!("{}: {}", finding.what, finding.detail)),
            ));
            triples.push(Triple::new(
                node,
                km::FINDING_HINT,
                text(finding.kind.hint()),
            ));
        }
        triples
    }

    /// The graph that keeps this audit for [`History`](super::History) and for questions: what was found about what, by
    /// whom and when, and no text. A note that is shut away later is not quoted by what was found before.
    #[must_use]
    pub fn kept(&self, base: &Base, name: &str, graph: &NamedNode, moment: &str) -> Vec<Triple> {
        let audit = base.record("audit", name);
        let time = Literal::new_typed_literal(moment, xsd::DATE_TIME);
        let mut triples = vec![
            Triple::new(graph.clone(), rdf::TYPE, km::RECORD_GRAPH),
            Triple::new(graph.clone(), prov::GENERATED_AT_TIME, time.clone()),
            Triple::new(audit.clone(), rdf::TYPE, km::KNOWLEDGE_AUDIT),
            Triple::new(audit.clone(), prov::ENDED_AT_TIME, time),
            Triple::new(
                audit.clone(),
                km::LOOKS_AS,
                Literal::new_simple_literal(&self.eyes),
            ),
        ];
        for finding in &self.findings {
            let node = base.record("finding", &finding.id);
            triples.push(Triple::new(audit.clone(), km::FINDS, node.clone()));
            triples.extend(finding.core(&node));
        }
        triples
    }

    /// [`triples`](Self::triples) as Turtle. The audit is called by its day.
    #[must_use]
    pub fn to_turtle(&self, base: &Base) -> String {
        let audit = base.record("audit", &self.day.to_string());
        turtle(&self.triples(base, &audit))
    }
}

impl Finding {
    /// What makes it the same in every audit: its kind, and what it is about.
    fn core(&self, node: &NamedNode) -> Vec<Triple> {
        let class = if self.kind.is_strength() {
            km::STRENGTH
        } else {
            km::GAP
        };
        let mut triples = vec![
            Triple::new(node.clone(), rdf::TYPE, class),
            Triple::new(node.clone(), km::HAS_FINDING_KIND, self.kind.term()),
        ];
        let concerned = self.concerns.iter();
        triples.extend(concerned.map(|it| Triple::new(node.clone(), km::CONCERNS, it.clone())));
        triples
    }
}

/// Triples as Turtle with the usual prefixes.
pub(crate) fn turtle(triples: &[Triple]) -> String {
    let mut serializer = RdfSerializer::from_format(RdfFormat::Turtle);
    for (prefix, namespace) in kenning_vocab::prefixes() {
        if let Ok(with) = serializer.clone().with_prefix(*prefix, *namespace) {
            serializer = with;
        }
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in triples {
        // Writing to memory cannot fail.
        let _ = writer.serialize_triple(triple);
    }
    String::from_utf8(writer.finish().unwrap_or_default()).unwrap_or_default()
}

fn plain(term: &oxrdf::Term) -> String {
    match term {
        oxrdf::Term::NamedNode(node) => node.as_str().to_owned(),
        other => other.to_string(),
    }
}
