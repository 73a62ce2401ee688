//! The index of the first day: every graph a sorted set, every commit a copy of the table of graphs.

use crate::batch::Operation;
use crate::view::Version;
use crate::{CommitError, Committed, QuadIds, TermId};
use kenning_access::Label;
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    terms: Arc<Terms>,
    pub(crate) graphs: BTreeMap<TermId, Graph>,
}

#[derive(Debug, Clone, Default)]
struct Terms {
    list: Vec<Term>,
    ids: FxHashMap<Term, TermId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Graph {
    pub(crate) label: Label,
    pub(crate) triples: Arc<BTreeSet<[TermId; 3]>>,
}

impl Snapshot {
    pub(crate) fn id(&self, term: &Term) -> Option<TermId> {
        self.terms.ids.get(term).copied()
    }

    pub(crate) fn term(&self, id: TermId) -> Option<&Term> {
        self.terms.list.get(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn name(&self, id: TermId) -> NamedNode {
        match self.term(id) {
            Some(Term::NamedNode(name)) => name.clone(),
            _ => NamedNode::new_unchecked(""),
        }
    }

    pub(crate) fn put(&mut self, name: &NamedNode, label: Label, triples: &[Triple]) {
        let name = self.intern(&name.clone().into());
        let triples = triples.iter().map(|t| self.intern_triple(t)).collect();
        let triples = Arc::new(triples);
        self.graphs.insert(name, Graph { label, triples });
    }

    pub(crate) fn version(&self, graph: &Graph) -> Version {
        let mut sum = 0u128;
        for triple in graph.triples.iter() {
            let mut hasher = blake3::Hasher::new();
            for id in triple {
                let text = self.term(*id).map(ToString::to_string).unwrap_or_default();
                hasher.update(text.as_bytes()).update(b"\n");
            }
            let mut half = [0; 16];
            hasher.finalize_xof().fill(&mut half);
            sum = sum.wrapping_add(u128::from_le_bytes(half));
        }
        Version(sum)
    }

    /// Applies one operation and says which graph it changed.
    pub(crate) fn apply(
        &mut self,
        before: &Self,
        operation: &Operation,
        done: &mut Committed,
    ) -> Result<Option<NamedNode>, CommitError> {
        let graph = |snapshot: &Self, name: &NamedNode| {
            let id = snapshot.id(&name.clone().into())?;
            snapshot.graphs.contains_key(&id).then_some(id)
        };
        match operation {
            Operation::Put(name, label, triples) => {
                self.put(name, label.clone(), triples);
                return Ok(Some(name.clone()));
            }
            Operation::Clear(name) => {
                if let Some(graph) = graph(self, name).and_then(|id| self.graphs.get_mut(&id)) {
                    graph.triples = Arc::default();
                    return Ok(Some(name.clone()));
                }
            }
            Operation::Drop(name) => {
                if let Some(id) = graph(self, name) {
                    self.graphs.remove(&id);
                    return Ok(Some(name.clone()));
                }
            }
            Operation::Create(name, label) => {
                if graph(self, name).is_some() {
                    return Err(CommitError::Exists {
                        graph: name.clone(),
                    });
                }
                self.put(name, label.clone(), &[]);
                return Ok(Some(name.clone()));
            }
            Operation::SetLabel(name, label) => {
                if let Some(graph) = graph(self, name).and_then(|id| self.graphs.get_mut(&id)) {
                    graph.label = label.clone();
                    return Ok(Some(name.clone()));
                }
            }
            Operation::Insert(name, triple) => {
                if graph(self, name).is_none() {
                    self.put(name, Label::closed(), &[]);
                }
                let row = self.intern_triple(triple);
                if let Some(graph) = graph(self, name).and_then(|id| self.graphs.get_mut(&id)) {
                    done.inserted += u64::from(Arc::make_mut(&mut graph.triples).insert(row));
                    return Ok(Some(name.clone()));
                }
            }
            Operation::Remove(name, triple) => {
                let row = self.intern_triple(triple);
                if let Some(graph) = graph(self, name).and_then(|id| self.graphs.get_mut(&id)) {
                    done.removed += u64::from(Arc::make_mut(&mut graph.triples).remove(&row));
                    return Ok(Some(name.clone()));
                }
            }
            Operation::Expect(name, version) => {
                let now = graph(before, name)
                    .and_then(|id| before.graphs.get(&id))
                    .map(|graph| before.version(graph));
                if now != *version {
                    return Err(CommitError::Conflict {
                        graph: name.clone(),
                    });
                }
            }
            Operation::Setting(..) => {}
        }
        Ok(None)
    }

    /// What is to be stored of a graph; `None` when it is gone.
    pub(crate) fn stored(&self, name: &NamedNode) -> Option<(Label, Vec<Triple>)> {
        let graph = self.graphs.get(&self.id(&name.clone().into())?)?;
        let triples = graph.triples.iter().filter_map(|row| self.triple(*row));
        Some((graph.label.clone(), triples.collect()))
    }

    pub(crate) fn matching<'a>(
        &'a self,
        name: TermId,
        graph: &'a Graph,
        wanted: [Option<TermId>; 3],
    ) -> impl Iterator<Item = QuadIds> + 'a {
        graph.triples.iter().filter_map(move |row| {
            let fits = row
                .iter()
                .zip(wanted)
                .all(|(id, wanted)| wanted.is_none_or(|wanted| wanted == *id));
            let [subject, predicate, object] = *row;
            fits.then_some(QuadIds {
                subject,
                predicate,
                object,
                graph: name,
            })
        })
    }

    fn triple(&self, [s, p, o]: [TermId; 3]) -> Option<Triple> {
        let subject: NamedOrBlankNode = match self.term(s)? {
            Term::NamedNode(node) => node.clone().into(),
            Term::BlankNode(node) => node.clone().into(),
            _ => return None,
        };
        Some(Triple::new(subject, self.name(p), self.term(o)?.clone()))
    }

    fn intern_triple(&mut self, triple: &Triple) -> [TermId; 3] {
        [
            self.intern(&triple.subject.clone().into()),
            self.intern(&triple.predicate.clone().into()),
            self.intern(&triple.object),
        ]
    }

    fn intern(&mut self, term: &Term) -> TermId {
        if let Some(id) = self.id(term) {
            return id;
        }
        let terms = Arc::make_mut(&mut self.terms);
        let id = TermId(u32::try_from(terms.list.len()).unwrap_or(u32::MAX));
        terms.list.push(term.clone());
        terms.ids.insert(term.clone(), id);
        id
    }
}
