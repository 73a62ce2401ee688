//! Roles and write grants: what a caller may do besides reading.
//!
//! Seeing something is never a right to change it: whoever writes needs a role that writes *and* a grant that names the
//! graph. The rules here are pure; who the caller is and which graphs exist is told to them.

use crate::{Clause, Clearance, InvalidGroup, InvalidLabel, Label, Scale};
use std::collections::BTreeSet;
use std::fmt;

/// What a caller is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads what its clearance shows.
    Reader,
    /// Reads, and writes the graphs it has grants for.
    Editor,
    /// An editor who may also clear or drop many graphs at once.
    Curator,
    /// A pipeline: writes the graphs it has grants for, and sees no more than anonymous does.
    Ingest,
    /// An editor who may, with a reason, write knowledge to a lower label than it had.
    Declassifier,
    /// Looks after the server: metrics, commands, tokens. Reads no more than its clearance shows.
    Operator,
    /// Reads the audit log. Reads no more of the knowledge than its clearance shows.
    Auditor,
}

/// What a role may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Read with the caller's own clearance; without it a caller reads as anonymous.
    Read,
    /// Write graphs, where a grant allows it.
    Write,
    /// CLEAR and DROP of ALL, NAMED or DEFAULT.
    ClearMany,
    /// Write what was read at a higher label, with a reason.
    WriteDown,
    /// Read the audit log.
    ReadAudit,
    /// See figures about the server, run its commands, manage tokens.
    Operate,
}

/// A name that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a role; the roles are reader, editor, curator, ingest, declassifier, operator, auditor"
)]
pub struct UnknownRole(pub String);

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Reader,
        Self::Editor,
        Self::Curator,
        Self::Ingest,
        Self::Declassifier,
        Self::Operator,
        Self::Auditor,
    ];

    /// The name of the role, as [`Role::parse`] reads it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Curator => "curator",
            Self::Ingest => "ingest",
            Self::Declassifier => "declassifier",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name, without regard to case.
    ///
    /// # Errors
    /// [`UnknownRole`], which lists the roles there are.
    pub fn parse(name: &str) -> Result<Self, UnknownRole> {
        let wanted = name.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|role| role.name() == wanted)
            .ok_or_else(|| UnknownRole(name.trim().to_owned()))
    }

    /// Whether this role allows `act`.
    #[must_use]
    pub fn may(self, act: Act) -> bool {
        match act {
            Act::Read => self != Self::Ingest,
            Act::Write => matches!(
                self,
                Self::Editor | Self::Curator | Self::Ingest | Self::Declassifier
            ),
            Act::ClearMany => self == Self::Curator,
            Act::WriteDown => self == Self::Declassifier,
            Act::ReadAudit => self == Self::Auditor,
            Act::Operate => self == Self::Operator,
        }
    }
}

/// Leave to write the graphs under a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    prefix: String,
    label: Option<Label>,
}

/// A text that is not a write grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidGrant {
    /// The prefix is empty, or has a character that no graph name has.
    #[error(
        "`{0}` cannot be the beginning of a graph name; write `PREFIX`, `PREFIX=LEVEL` or `PREFIX=LEVEL:group,group`"
    )]
    Prefix(String),
    /// What stands after `=` is not a label.
    #[error(transparent)]
    Label(#[from] InvalidLabel),
}

impl From<InvalidGroup> for InvalidGrant {
    fn from(error: InvalidGroup) -> Self {
        Self::Label(error.into())
    }
}

impl Grant {
    /// Reads `PREFIX`, `PREFIX=LEVEL` or `PREFIX=LEVEL:a,b`, where the groups make one any-of clause.
    ///
    /// The prefix `*` stands for every graph that is not built in. A prefix that ends in `*` is compared letter by letter;
    /// any other covers the graph of that very name and those below it, after `/`, `#`, `?` or `:`.
    ///
    /// # Errors
    /// [`InvalidGrant`] when the prefix cannot begin a graph name or the label cannot be read.
    pub fn parse(text: &str, scale: &Scale) -> Result<Self, InvalidGrant> {
        let text = text.trim();
        let (prefix, label) = match text.rsplit_once('=') {
            None => (text, None),
            Some((prefix, label)) => {
                let (level, groups) = label.split_once(':').unwrap_or((label, ""));
                let level = scale.parse_level(level).map_err(InvalidLabel::from)?;
                let groups: Result<BTreeSet<_>, _> = groups
                    .split(',')
                    .filter(|name| !name.trim().is_empty())
                    .map(crate::Group::new)
                    .collect();
                let groups = groups?;
                let clause = (!groups.is_empty()).then(|| Clause::any_of(groups));
                (prefix, Some(Label::new(level, clause)))
            }
        };
        let odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
        if prefix.is_empty() || prefix.contains(odd) {
            return Err(InvalidGrant::Prefix(prefix.to_owned()));
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            label,
        })
    }

    /// Writes the grant so that [`Grant::parse`] reads it back.
    ///
    /// A label of several clauses cannot be written in a grant, so each grant that was read can be written.
    #[must_use]
    pub fn write(&self, scale: &Scale) -> String {
        let mut text = self.prefix.clone();
        if let Some(label) = &self.label {
            text.push('=');
            text.push_str(scale.name(label.level()));
            for clause in label.clauses() {
                let names: Vec<&str> = clause.groups().map(crate::Group::as_str).collect();
                text.push(':');
                text.push_str(&names.join(","));
            }
        }
        text
    }

    /// Whether the grant names the graph `name`.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        if let Some(prefix) = self.prefix.strip_suffix('*') {
            return name.starts_with(prefix);
        }
        let below = |c: char| "/#?:".contains(c);
        name.strip_prefix(self.prefix.as_str()).is_some_and(|rest| {
            rest.is_empty() || self.prefix.ends_with(below) || rest.starts_with(below)
        })
    }

    /// The label of graphs that a write under this grant creates, where the grant states one.
    #[must_use]
    pub fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }
}

/// Who writes: roles, clearance and grants of one caller.
#[derive(Debug, Clone)]
pub struct Writer {
    clearance: Clearance,
    roles: BTreeSet<Role>,
    grants: Vec<Grant>,
}

/// A graph that a caller may write, and with which label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The label the graph has, or gets when the write creates it. What is read for the write must flow to it.
    pub label: Label,
    /// Whether the graph exists already.
    pub exists: bool,
    /// The writer cannot see the graph: it may add to it, never remove, and is always told the same (a drop box).
    pub blind: bool,
}

/// Why a write is refused.
///
/// INVARIANT: a graph the caller cannot see and one that does not exist are refused for the same reason (guard: the tests below).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No role of the caller writes.
    #[error("this needs a role that may write")]
    Role,
    /// No grant names the graph.
    #[error("no write grant names this graph")]
    Grant,
    /// Many graphs at once, and the caller is no curator.
    #[error("clearing or dropping many graphs at once needs the role `curator`")]
    Curator,
}

impl Writer {
    /// A caller with this clearance, these roles and these grants.
    #[must_use]
    pub fn new(
        clearance: Clearance,
        roles: impl IntoIterator<Item = Role>,
        grants: Vec<Grant>,
    ) -> Self {
        Self {
            clearance,
            roles: roles.into_iter().collect(),
            grants,
        }
    }

    /// Whether any role of the caller allows `act`.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.roles.iter().any(|role| role.may(act))
    }

    /// What the caller is cleared for.
    #[must_use]
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// The clearance it reads with: its own, or that of anonymous when none of its roles reads.
    #[must_use]
    pub fn reads_with(&self) -> Clearance {
        if self.may(Act::Read) {
            self.clearance.clone()
        } else {
            Clearance::anonymous()
        }
    }

    /// Whether and with which label the caller may write the graph `name`, which has the label `existing` if there is one.
    ///
    /// `built_in` says that the graph belongs to the server (ontologies, links, meta): no wildcard grant covers it.
    ///
    /// # Errors
    /// [`Refusal`]; the same for a hidden graph as for one that does not exist and is not granted.
    pub fn target(
        &self,
        name: &str,
        existing: Option<&Label>,
        built_in: bool,
    ) -> Result<Target, Refusal> {
        if !self.may(Act::Write) {
            return Err(Refusal::Role);
        }
        let grant = match self.grant(name, built_in) {
            Some(grant) => grant,
            None if crate::Check::Grant.is_on() => return Err(Refusal::Grant),
            None => self.grants.first().ok_or(Refusal::Grant)?,
        };
        let created = self.label_of_new(grant);
        match existing {
            None => Ok(Target {
                blind: !self.clearance.sees(&created),
                label: created,
                exists: false,
            }),
            Some(label) if self.clearance.sees(label) => Ok(Target {
                label: label.clone(),
                exists: true,
                blind: false,
            }),
            Some(label) if *label == created => Ok(Target {
                label: created,
                exists: true,
                blind: true,
            }),
            Some(label) if !crate::Check::Grant.is_on() => Ok(Target {
                label: label.clone(),
                exists: true,
                blind: false,
            }),
            // A graph that is hidden for another reason than being this grant's drop box.
            Some(_) => Err(Refusal::Grant),
        }
    }

    /// Whether the caller may clear or drop all graphs it may write at once.
    ///
    /// # Errors
    /// [`Refusal::Role`] or [`Refusal::Curator`].
    pub fn clear_many(&self) -> Result<(), Refusal> {
        if !self.may(Act::Write) {
            Err(Refusal::Role)
        } else if !self.may(Act::ClearMany) {
            Err(Refusal::Curator)
        } else {
            Ok(())
        }
    }

    /// The labels that graphs created under each grant would get: the bounds for a write whose target is a variable.
    #[must_use]
    pub fn labels_of_new(&self) -> BTreeSet<Label> {
        self.grants
            .iter()
            .map(|grant| self.label_of_new(grant))
            .collect()
    }

    /// The grant that names the graph: the one with the longest prefix.
    fn grant(&self, name: &str, built_in: bool) -> Option<&Grant> {
        self.grants
            .iter()
            .filter(|grant| grant.covers(name) && !(built_in && grant.prefix == "*"))
            .max_by_key(|grant| grant.prefix.len())
    }

    fn label_of_new(&self, grant: &Grant) -> Label {
        grant
            .label
            .clone()
            .unwrap_or_else(|| self.clearance.own_label())
    }
}

impl Clearance {
    /// The label of what a writer of this clearance creates, unless something else is said: its level, and each of its
    /// groups as a clause. Closed for the holder of all groups, whose groups cannot be listed.
    #[must_use]
    pub fn own_label(&self) -> Label {
        if self.groups().is_all() {
            return Label::new(self.level(), [Clause::any_of([])]);
        }
        let clauses = self
            .groups()
            .iter()
            .map(|group| Clause::any_of([group.clone()]));
        Label::new(self.level(), clauses)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Groups;

    /// Rows: roles in the order of [`Role::ALL`]. Columns: read, write, clear many, write down, audit, operate.
    const TABLE: [(Role, [u8; 6]); 7] = [
        (Role::Reader, [1, 0, 0, 0, 0, 0]),
        (Role::Editor, [1, 1, 0, 0, 0, 0]),
        (Role::Curator, [1, 1, 1, 0, 0, 0]),
        (Role::Ingest, [0, 1, 0, 0, 0, 0]),
        (Role::Declassifier, [1, 1, 0, 1, 0, 0]),
        (Role::Operator, [1, 0, 0, 0, 0, 1]),
        (Role::Auditor, [1, 0, 0, 0, 1, 0]),
    ];
    const ACTS: [Act; 6] = [
        Act::Read,
        Act::Write,
        Act::ClearMany,
        Act::WriteDown,
        Act::ReadAudit,
        Act::Operate,
    ];

    fn clearance(level: &str, groups: &[&str]) -> Clearance {
        Clearance::new(
            Scale::default().parse_level(level).unwrap(),
            Groups::of(groups.iter().copied()).unwrap(),
        )
    }

    fn label(text: &str) -> Label {
        Scale::default().parse_label(text).unwrap()
    }

    fn writer(role: Role, level: &str, groups: &[&str], grants: &[&str]) -> Writer {
        let grants = grants
            .iter()
            .map(|grant| Grant::parse(grant, &Scale::default()).unwrap());
        Writer::new(clearance(level, groups), [role], grants.collect())
    }

    #[test]
    fn each_role_may_what_the_table_says() {
        assert_eq!(TABLE.map(|(role, _)| role), Role::ALL);
        for (role, row) in TABLE {
            assert_eq!(Role::parse(role.name()), Ok(role));
            for (act, allowed) in ACTS.into_iter().zip(row) {
                assert_eq!(role.may(act), allowed == 1, "{role} {act:?}");
            }
        }
    }

    #[test]
    fn a_grant_covers_a_name_and_what_is_below_it() {
        let covers =
            |grant: &str, name: &str| Grant::parse(grant, &Scale::default()).unwrap().covers(name);
        assert!(covers("https://kb.example/own", "https://kb.example/own"));
        assert!(covers("https://kb.example/own", "https://kb.example/own/a"));
        assert!(covers(
            "https://kb.example/own/",
            "https://kb.example/own/a"
        ));
        assert!(covers(
            "https://kb.example/own#",
            "https://kb.example/own#a"
        ));
        assert!(!covers(
            "https://kb.example/own",
            "https://kb.example/owner"
        ));
        assert!(covers(
            "https://kb.example/own*",
            "https://kb.example/owner"
        ));
        assert!(!covers("https://kb.example/own/", "https://kb.example/own"));
        assert!(covers("*", "urn:anything"));
        assert!(covers("urn:a", "urn:a:b"));
        assert!(!covers("urn:a", "urn:ab"));
    }

    #[test]
    fn a_grant_is_written_as_it_is_read() {
        let scale = Scale::default();
        for text in [
            "*",
            "urn:a:",
            "https://x/?g=internal",
            "urn:a=confidential:hr,legal",
        ] {
            assert_eq!(Grant::parse(text, &scale).unwrap().write(&scale), text);
        }
        for text in [
            "",
            "=internal",
            "urn:a=secrte",
            "urn:a b",
            "<urn:a>",
            "urn:a=internal:h|r",
        ] {
            assert!(Grant::parse(text, &scale).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_hidden_is_refused_as_what_is_not_granted() {
        let rows = [
            // existing label, grant, expected
            (Some("confidential{hr}"), "urn:own", Err(Refusal::Grant)),
            (Some("public"), "urn:own", Err(Refusal::Grant)),
            (None, "urn:own", Err(Refusal::Grant)),
            (Some("confidential{hr}"), "urn:g", Err(Refusal::Grant)),
            (Some("public"), "urn:g", Ok(("public", false))),
            (Some("internal"), "urn:g", Ok(("internal", false))),
            (None, "urn:g", Ok(("internal", false))),
            (None, "urn:g=public", Ok(("public", false))),
            (None, "urn:g=restricted", Ok(("restricted", true))),
            (
                Some("restricted"),
                "urn:g=restricted",
                Ok(("restricted", true)),
            ),
            (
                Some("restricted{hr}"),
                "urn:g=restricted",
                Err(Refusal::Grant),
            ),
            (Some("public"), "urn:g=restricted", Ok(("public", false))),
        ];
        for (existing, grant, expected) in rows {
            let editor = writer(Role::Editor, "internal", &[], &[grant]);
            let existing = existing.map(label);
            let got = editor.target("urn:g", existing.as_ref(), false);
            let got = got.map(|target| (target.label, target.blind));
            let expected = expected.map(|(text, blind)| (label(text), blind));
            assert_eq!(got, expected, "{existing:?} {grant}");
        }
    }

    #[test]
    fn no_role_but_those_that_write_gets_a_target() {
        for (role, row) in TABLE {
            let caller = writer(role, "restricted", &["*"], &["*"]);
            let allowed = row.get(1) == Some(&1);
            assert_eq!(
                caller.target("urn:g", None, false).is_ok(),
                allowed,
                "{role}"
            );
            assert_eq!(caller.clear_many().is_ok(), role == Role::Curator, "{role}");
        }
    }

    #[test]
    fn the_wildcard_does_not_cover_what_is_built_in() {
        let any = writer(Role::Curator, "internal", &[], &["*"]);
        assert_eq!(any.target("urn:meta", None, true), Err(Refusal::Grant));
        let named = writer(Role::Curator, "internal", &[], &["urn:meta"]);
        assert!(named.target("urn:meta", None, true).is_ok());
    }

    #[test]
    fn the_longest_prefix_decides_about_the_label() {
        let caller = writer(
            Role::Editor,
            "internal",
            &[],
            &["urn:a=internal", "urn:a:b=public"],
        );
        assert_eq!(
            caller.target("urn:a:b", None, false).unwrap().label,
            label("public")
        );
        assert_eq!(
            caller.target("urn:a:c", None, false).unwrap().label,
            label("internal")
        );
    }

    #[test]
    fn a_new_graph_is_seen_by_those_who_hold_all_that_its_writer_holds() {
        assert_eq!(
            clearance("internal", &["rnd", "hr"]).own_label(),
            label("internal{hr}{rnd}")
        );
        let all = clearance("restricted", &["*"]);
        assert!(all.sees(&all.own_label()));
        assert!(!clearance("restricted", &["hr"]).sees(&all.own_label()));
    }

    #[test]
    fn a_pipeline_reads_as_anonymous() {
        let pipeline = writer(Role::Ingest, "restricted", &["hr"], &["*"]);
        assert_eq!(pipeline.reads_with(), Clearance::anonymous());
        let reader = writer(Role::Reader, "restricted", &["hr"], &[]);
        assert_eq!(reader.reads_with(), clearance("restricted", &["hr"]));
    }
}
