//! Shapes as they were read: targets, and the constraints that each value must meet.

use super::select::Select;
use super::{Path, Severity};
use oxrdf::{Literal, NamedNode, Term};
use std::collections::{BTreeSet, HashMap};

/// The shapes of a shapes graph, ready to be checked.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    /// Every shape by its node in the shapes graph.
    pub(super) shapes: HashMap<Term, Shape>,
    /// Those with a target, in the order of their names, so that a report has one order.
    pub(super) roots: Vec<Term>,
}

/// A shapes graph that cannot be used, because one of its shapes is ill-formed (SHACL, appendix A).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the shape {shape} is ill-formed: {why}")]
pub struct InvalidShapes {
    /// The shape, as it would be written in N-Triples.
    pub shape: String,
    /// What is wrong with it.
    pub why: String,
}

/// One node shape, or with a path one property shape.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) path: Option<Path>,
    pub(super) targets: Vec<Target>,
    pub(super) severity: Severity,
    pub(super) messages: Vec<Literal>,
    pub(super) deactivated: bool,
    pub(super) constraints: Vec<Constraint>,
}

/// Which nodes a shape is about (section 2.1.3).
#[derive(Debug, Clone)]
pub(super) enum Target {
    Node(Term),
    /// Instances of a class, also by `rdfs:subClassOf`; implicit class targets too.
    Class(Term),
    SubjectsOf(NamedNode),
    ObjectsOf(NamedNode),
}

/// One constraint (section 4). Names are those of the parameters.
#[derive(Debug, Clone)]
pub(super) enum Constraint {
    Class(Term),
    Datatype(NamedNode),
    NodeKind(NodeKind),
    MinCount(u64),
    MaxCount(u64),
    /// A bound that each value must be above or below.
    Range(Bound, Literal),
    MinLength(u64),
    MaxLength(u64),
    Pattern(regex::Regex),
    LanguageIn(Vec<String>),
    UniqueLang,
    Equals(NamedNode),
    Disjoint(NamedNode),
    LessThan(NamedNode),
    LessThanOrEquals(NamedNode),
    Not(Term),
    And(Vec<Term>),
    Or(Vec<Term>),
    Xone(Vec<Term>),
    Node(Term),
    Property(Term),
    Qualified {
        shape: Term,
        min: Option<u64>,
        max: Option<u64>,
        /// The sibling shapes that a counted value must not also meet.
        siblings: Vec<Term>,
    },
    /// No other properties than these.
    Closed(BTreeSet<String>),
    HasValue(Term),
    In(Vec<Term>),
    /// A query of the shapes' author (section 5).
    Select(Box<Select>),
}

/// The four ways to bound a value (section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    MinExclusive,
    MinInclusive,
    MaxExclusive,
    MaxInclusive,
}

/// What kinds of node may be a value (section 4.1.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeKind {
    pub(super) iri: bool,
    pub(super) blank: bool,
    pub(super) literal: bool,
}

impl Shapes {
    /// How many shapes have a target.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether no shape has a target, so that there is nothing to check.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}
