//! The view: the only way to read.

use crate::pattern::Prepared;
use crate::run::GraphNumber;
use crate::scan::{Chosen, Quads, Scope, Search, Within};
use crate::snapshot::Snapshot;
use crate::spelling::Seen;
use crate::{Cancel, GraphPattern, GraphSet, Pattern, TermId, Value};
use kenning_access::{Check, Clearance, Label};
use oxrdf::{BlankNode, LiteralRef, NamedNode, Term, TermRef};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What one reader sees of the knowledge base at one moment. Cheap to clone, and never changed by later commits.
#[derive(Debug, Clone)]
pub struct View {
    scope: Arc<Scope>,
}

/// A quad as ids.
///
/// `graph` is the name of the graph; where several graphs are taken together, of one of the visible graphs that hold
/// the triple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields are the four places of a quad")]
pub struct QuadIds {
    pub subject: TermId,
    pub predicate: TermId,
    pub object: TermId,
    pub graph: TermId,
}

/// What a graph holds, as one number: equal contents, equally written, have equal versions, also after a restart and in another
/// knowledge base, and different contents have different ones. Says nothing about the name and the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(crate) u128);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What a reader may know about a graph that it sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphInfo {
    /// The id of its name.
    pub id: TermId,
    /// Its name.
    pub name: NamedNode,
    /// Its label.
    pub label: Label,
    /// How many triples it holds.
    pub triples: u64,
    /// What it holds, as one number.
    pub version: Version,
}

impl View {
    pub(crate) fn new(snapshot: Arc<Snapshot>, clearance: Clearance, cancel: Cancel) -> Self {
        Self {
            scope: Arc::new(Scope::new(snapshot, clearance, cancel)),
        }
    }

    /// The same view, whose scans end with [`Interrupted`](crate::Interrupted) when `cancel` says so.
    #[must_use]
    pub fn with_cancel(&self, cancel: Cancel) -> Self {
        let mut scope = Scope::clone(&self.scope);
        scope.cancel = cancel;
        Self {
            scope: Arc::new(scope),
        }
    }

    /// The same view without the label test, to measure what the test costs; `None` unless the test lets every row pass.
    #[cfg(feature = "measure")]
    #[must_use]
    pub fn untested(&self) -> Option<Self> {
        let scope = Arc::new(self.scope.untested()?);
        Some(Self { scope })
    }

    /// With whose eyes this view reads.
    #[must_use]
    pub fn clearance(&self) -> &Clearance {
        &self.scope.clearance
    }

    /// The id of a term, if the store has one. That there is one does not say that the reader sees the term anywhere:
    /// use it to look for quads, never as an answer.
    #[must_use]
    pub fn id(&self, term: TermRef<'_>) -> Option<TermId> {
        self.scope.snapshot.dictionary.id(term)
    }

    /// The term of an id that this view gave out, with its text exactly as it was written; of a language tag, as a graph
    /// wrote it that this view sees and that holds the term, the first in the order of letters where they differ.
    /// An id that no view gave out is read as a blank node.
    #[must_use]
    pub fn term(&self, id: TermId) -> Term {
        let term = self.kept_term(id);
        match self.scope.spellings() {
            Some(seen) => seen.anywhere(&self.scope, id.0, term),
            None => term,
        }
    }

    /// The object of a quad, with its language tag as the graph of the quad writes it.
    #[must_use]
    pub fn object(&self, quad: &QuadIds) -> Term {
        let term = self.kept_term(quad.object);
        match self.scope.spellings() {
            Some(seen) => seen.within(quad.graph.0, term),
            None => term,
        }
    }

    /// The term of an id, with language tags as BCP 47 recommends.
    fn kept_term(&self, id: TermId) -> Term {
        let term = self.scope.snapshot.dictionary.term(id);
        term.unwrap_or_else(|| BlankNode::new_unchecked(format!("unknown{}", id.number())).into())
    }

    /// The language tag of a literal as [`View::term`] shows it; empty for a literal without one.
    #[must_use]
    pub fn tag(&self, literal: LiteralRef<'_>) -> String {
        let known = self.scope.spellings().and_then(|_| {
            let id = self.id(TermRef::Literal(literal))?;
            match self.term(id) {
                Term::Literal(literal) => literal.language().map(str::to_owned),
                _ => None,
            }
        });
        let recommended = || {
            literal
                .language()
                .map(|tag| crate::tag::shown(tag).into_owned())
        };
        known.or_else(recommended).unwrap_or_default()
    }

    /// The value of a literal, if it has one: see [`Value`].
    #[must_use]
    #[inline]
    pub fn value(&self, id: TermId) -> Option<Value> {
        self.scope.snapshot.dictionary.value(id)
    }

    /// The language tag of a literal as graphs write it whose labels are allowed, among those that this view sees and that
    /// hold it as an object; `None` where none of them writes it otherwise than BCP 47 recommends.
    #[must_use]
    pub fn tag_where(
        &self,
        literal: LiteralRef<'_>,
        allow: &dyn Fn(&Label) -> bool,
    ) -> Option<String> {
        let seen = self.scope.spellings()?;
        let id = self.id(TermRef::Literal(literal))?;
        let graphs = &self.scope.snapshot.graphs;
        let allowed = |name: TermId| {
            let label = self.number(name).and_then(|number| graphs.label(number));
            label.is_some_and(allow)
        };
        seen.tag(&self.scope, id.0, literal, &allowed)
    }

    /// The quads that match `pattern` in the graphs that this view sees.
    #[must_use]
    pub fn quads(&self, pattern: Pattern) -> Quads {
        let bound =
            [pattern.subject, pattern.predicate, pattern.object].map(|id| id.map(|id| id.0));
        let (within, once, set) = match pattern.graph {
            GraphPattern::Union => (Within::All, true, None),
            GraphPattern::Each => (Within::All, false, None),
            GraphPattern::One(name) => match self.number(name) {
                Some(number) => (Within::One(number), true, None),
                None => return Quads::none(),
            },
            GraphPattern::UnionOf(set) | GraphPattern::EachOf(set) if set.names().is_empty() => {
                return Quads::none();
            }
            GraphPattern::UnionOf(set) => {
                let set = self.here(set);
                (Within::These(Arc::clone(&set.0.chosen)), true, Some(set))
            }
            GraphPattern::EachOf(set) => {
                let set = self.here(set);
                (Within::These(Arc::clone(&set.0.chosen)), false, Some(set))
            }
        };
        let search = Search {
            bound,
            within,
            once: once && Check::Once.is_on(),
        };
        let graphs = set.as_ref().map_or(&[][..], |set| &set.0.numbers);
        Quads::start(&self.scope, search, graphs)
    }

    /// The graphs among `names` that this view sees, to scan them together.
    #[must_use]
    pub fn graph_set(&self, names: impl IntoIterator<Item = TermId>) -> GraphSet {
        let found = names
            .into_iter()
            .filter_map(|name| Some((name, self.number(name)?)));
        let found: BTreeMap<TermId, GraphNumber> = found.collect();
        let mut chosen = Chosen::default();
        for number in found.values() {
            chosen.add(*number);
        }
        GraphSet(Arc::new(Prepared {
            numbers: found.values().copied().collect(),
            names: found.into_keys().collect(),
            chosen: Arc::new(chosen),
            snapshot: Arc::downgrade(&self.scope.snapshot),
        }))
    }

    /// The graphs that this view sees, also those that are empty, in no order.
    pub fn graphs(&self) -> impl Iterator<Item = GraphInfo> + use<> {
        let view = self.clone();
        let names = self.graph_names();
        names.into_iter().filter_map(move |name| view.graph(name))
    }

    /// The names of the graphs that this view sees, also of those that are empty, in no order.
    #[must_use]
    pub fn graph_names(&self) -> Vec<TermId> {
        let graphs = self.scope.snapshot.graphs.all();
        graphs
            .filter(|(_, number)| self.scope.sees_graph(*number) || !Check::Listing.is_on())
            .map(|(name, _)| TermId(name))
            .collect()
    }

    /// The graph of this name, if the view sees it. A hidden one and none at all are the same.
    #[must_use]
    pub fn graph(&self, name: TermId) -> Option<GraphInfo> {
        let number = self.number(name)?;
        let graphs = &self.scope.snapshot.graphs;
        let slot = graphs.slot(number)?;
        let Term::NamedNode(text) = self.term(name) else {
            return None;
        };
        let spellings = self.scope.snapshot.spellings.mark(&text);
        Some(GraphInfo {
            id: name,
            name: text,
            label: graphs.label(number)?.clone(),
            triples: slot.triples,
            version: Version(slot.version.wrapping_add(spellings)),
        })
    }

    /// Whether this view sees a graph of this name.
    #[must_use]
    #[inline]
    pub fn sees_graph(&self, name: TermId) -> bool {
        self.number(name).is_some()
    }

    /// About how many quads match, for planning: exact up to 100,000, and that number for more.
    /// Depends only on what is visible.
    #[must_use]
    pub fn estimate(&self, pattern: &Pattern) -> u64 {
        const ENOUGH: usize = 100_000;
        self.quads(pattern.clone()).take(ENOUGH).count() as u64
    }

    /// One number for everything this view sees: the names, labels and versions of its graphs.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        if !Check::Key.is_on() {
            return [0; 32];
        }
        let graphs = &self.scope.snapshot.graphs;
        let fingerprint = graphs.fingerprint(|class| self.scope.sees_class(class));
        match self.scope.spellings().map(Seen::mark) {
            None | Some(0) => fingerprint,
            Some(spellings) => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&fingerprint).update(&spellings.to_le_bytes());
                *hasher.finalize().as_bytes()
            }
        }
    }

    /// The number of the graph of this name, if the view sees it.
    fn number(&self, name: TermId) -> Option<GraphNumber> {
        let number = self.scope.snapshot.graphs.number(name.0)?;
        (self.scope.sees_graph(number) || !Check::Listing.is_on()).then_some(number)
    }

    /// A set as it is in this view.
    fn here(&self, set: GraphSet) -> GraphSet {
        let snapshot = Arc::as_ptr(&self.scope.snapshot);
        match std::ptr::eq(set.0.snapshot.as_ptr(), snapshot) {
            true => set,
            false => self.graph_set(set.names().iter().copied()),
        }
    }
}
