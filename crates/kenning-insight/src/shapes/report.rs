//! Results of a check, as values and as the triples of a validation report.

use super::Path;
use kenning_vocab::{rdf, sh};
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};

/// How much a result matters (SHACL section 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Severity {
    /// `sh:Info`: worth knowing.
    Info,
    /// `sh:Warning`: worth mending.
    Warning,
    /// `sh:Violation`: the shape does not hold.
    Violation,
    /// A severity of the shapes' author.
    Other(NamedNode),
}

impl Severity {
    /// The word for it: `info`, `warning`, `violation`; the IRI of one of the author's own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Violation => "violation",
            Self::Other(name) => name.as_str(),
        }
    }

    /// How it compares: information, then warnings, then violations; one of the author's own counts as a violation.
    #[must_use]
    pub const fn weight(&self) -> u8 {
        match self {
            Self::Info => 0,
            Self::Warning => 1,
            Self::Violation | Self::Other(_) => 2,
        }
    }

    /// The IRI of this severity.
    #[must_use]
    pub fn iri(&self) -> NamedNode {
        match self {
            Self::Info => sh::INFO.into_owned(),
            Self::Warning => sh::WARNING.into_owned(),
            Self::Violation => sh::VIOLATION.into_owned(),
            Self::Other(name) => name.clone(),
        }
    }
}

/// One validation result (SHACL section 3.6.2): a node that does not keep a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The node that was looked at.
    pub focus: Term,
    /// How its values were reached, for a property shape.
    pub path: Option<Path>,
    /// The value that is wrong, where it is one value and not their number.
    pub value: Option<Term>,
    /// Which constraint component found it, such as `sh:MinCountConstraintComponent`.
    pub component: NamedNode,
    /// The shape, as its node in the shapes graph.
    pub shape: Term,
    /// The constraint's own node in the shapes graph, where it is a query.
    pub constraint: Option<Term>,
    /// How much it matters.
    pub severity: Severity,
    /// What the shape's author says about it, or a sentence of ours.
    pub messages: Vec<Literal>,
}

/// The validation report as triples (SHACL section 3.6), with blank nodes for the report, its results and its paths.
#[must_use]
pub fn report_triples(violations: &[Violation]) -> Vec<Triple> {
    let report = BlankNode::new_unchecked("report");
    let mut out = vec![
        Triple::new(report.clone(), rdf::TYPE, sh::VALIDATION_REPORT),
        Triple::new(
            report.clone(),
            sh::CONFORMS,
            Literal::from(violations.is_empty()),
        ),
    ];
    let mut fresh = 0_u64;
    for (place, violation) in violations.iter().enumerate() {
        let result = BlankNode::new_unchecked(format!("result{place}"));
        let mut say = |predicate: oxrdf::NamedNodeRef<'_>, object: Term| {
            out.push(Triple::new(result.clone(), predicate, object));
        };
        say(rdf::TYPE, sh::VALIDATION_RESULT.into_owned().into());
        say(sh::FOCUS_NODE, violation.focus.clone());
        say(sh::RESULT_SEVERITY, violation.severity.iri().into());
        say(
            sh::SOURCE_CONSTRAINT_COMPONENT,
            violation.component.clone().into(),
        );
        say(sh::SOURCE_SHAPE, violation.shape.clone());
        if let Some(constraint) = &violation.constraint {
            say(sh::SOURCE_CONSTRAINT, constraint.clone());
        }
        if let Some(value) = &violation.value {
            say(sh::VALUE, value.clone());
        }
        for message in &violation.messages {
            say(sh::RESULT_MESSAGE, message.clone().into());
        }
        if let Some(path) = &violation.path {
            let path = path_term(path, &mut fresh, &mut out);
            out.push(Triple::new(result.clone(), sh::RESULT_PATH, path));
        }
        out.push(Triple::new(report.clone(), sh::RESULT, result));
    }
    out
}

fn path_term(path: &Path, fresh: &mut u64, out: &mut Vec<Triple>) -> Term {
    let mut node = || {
        *fresh += 1;
        BlankNode::new_unchecked(format!("path{fresh}"))
    };
    let (predicate, inner) = match path {
        Path::Property(name) => return name.clone().into(),
        Path::Sequence(parts) => return list(parts, fresh, out),
        Path::Alternative(parts) => {
            let head = node();
            let parts = list(parts, fresh, out);
            out.push(Triple::new(head.clone(), sh::ALTERNATIVE_PATH, parts));
            return head.into();
        }
        Path::Inverse(inner) => (sh::INVERSE_PATH, inner),
        Path::ZeroOrMore(inner) => (sh::ZERO_OR_MORE_PATH, inner),
        Path::OneOrMore(inner) => (sh::ONE_OR_MORE_PATH, inner),
        Path::ZeroOrOne(inner) => (sh::ZERO_OR_ONE_PATH, inner),
    };
    let head = node();
    let inner = path_term(inner, fresh, out);
    out.push(Triple::new(head.clone(), predicate, inner));
    head.into()
}

fn list(parts: &[Path], fresh: &mut u64, out: &mut Vec<Triple>) -> Term {
    let mut rest: Term = rdf::NIL.into_owned().into();
    for part in parts.iter().rev() {
        *fresh += 1;
        let cell: NamedOrBlankNode = BlankNode::new_unchecked(format!("path{fresh}")).into();
        let first = path_term(part, fresh, out);
        out.push(Triple::new(cell.clone(), rdf::FIRST, first));
        out.push(Triple::new(cell.clone(), rdf::REST, rest));
        rest = cell.into();
    }
    rest
}
