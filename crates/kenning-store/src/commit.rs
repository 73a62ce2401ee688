//! What a group of batches means: the changes of each graph, found before anything is written.

use crate::batch::Operation;
use crate::snapshot::Snapshot;
use crate::spelling::{Gathering, Spelling};
use crate::tag::kept_triple;
use crate::{Batch, CommitError, Committed, Version, Written};
use kenning_access::Label;
use oxrdf::{LiteralRef, NamedNode, TermRef, Triple};
use rustc_hash::{FxHashMap, FxHashSet};

/// The changes of several batches, applied one after the other on top of a snapshot.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    base: &'a Snapshot,
    changed: FxHashMap<NamedNode, Change>,
    /// The names in `changed`, in the order in which they were first touched.
    pub(crate) order: Vec<NamedNode>,
    pub(crate) settings: Vec<(String, Option<Vec<u8>>)>,
}

/// What becomes of a graph.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The number of the graph in the base, if it is there.
    pub(crate) number: Option<u32>,
    pub(crate) content: Content,
    /// The label it has then. Means nothing for a graph that is gone.
    pub(crate) label: Label,
    /// How it writes language tags then.
    pub(crate) spelling: Spelling,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// There is no such graph.
    Gone,
    /// It holds exactly these.
    Whole(FxHashSet<Triple>),
    /// It exists in the base; those marked `true` come and were not there, those marked `false` go and were there.
    Edited(FxHashMap<Triple, bool>),
}

impl<'a> Group<'a> {
    pub(crate) fn new(base: &'a Snapshot) -> Self {
        Self {
            base,
            changed: FxHashMap::default(),
            order: Vec::new(),
            settings: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty() && self.settings.is_empty()
    }

    pub(crate) fn change(&self, name: &NamedNode) -> Option<&Change> {
        self.changed.get(name)
    }

    /// How many triples of whole graphs and how many single ones there are.
    pub(crate) fn triples(&self) -> u64 {
        let changes = self.changed.values().map(|change| match &change.content {
            Content::Gone => 0,
            Content::Whole(triples) => triples.len() as u64,
            Content::Edited(edits) => edits.len() as u64,
        });
        changes.sum()
    }

    /// Whether a graph that stays has another label than before.
    pub(crate) fn is_relabelled(&self, change: &Change) -> bool {
        let before = change
            .number
            .and_then(|number| self.base.graphs.label(number));
        before != Some(&change.label)
    }

    /// Applies a batch, or nothing of it.
    pub(crate) fn apply(&mut self, batch: Batch) -> Result<Committed, CommitError> {
        let mut undo = FxHashMap::default();
        let mut done = Committed::default();
        let (touched, settings) = (self.order.len(), self.settings.len());
        let checked = self.check(&batch);
        let mut written = Written::default();
        let applied = checked.and_then(|()| {
            let mut operations = batch.operations.into_iter();
            operations.try_for_each(|operation| match operation {
                Operation::Written(tags) => {
                    written = tags;
                    Ok(())
                }
                operation => self.operate(operation, &written, &mut undo, &mut done),
            })
        });
        if let Err(error) = applied {
            for (name, before) in undo {
                match before {
                    Some(before) => self.changed.insert(name, before),
                    None => self.changed.remove(&name),
                };
            }
            self.order.truncate(touched);
            self.settings.truncate(settings);
            return Err(error);
        }
        done.graphs = undo.len() as u64;
        Ok(done)
    }

    /// What a batch expects is tested against the state before the batch.
    fn check(&self, batch: &Batch) -> Result<(), CommitError> {
        for operation in &batch.operations {
            let (name, holds) = match operation {
                Operation::Expect(name, version) => (name, self.version(name) == *version),
                Operation::ExpectLabel(name, label) => (name, self.label(name) == label.as_ref()),
                _ => continue,
            };
            if !holds {
                return Err(CommitError::Conflict {
                    graph: name.clone(),
                });
            }
        }
        Ok(())
    }

    /// The label that a graph has now, if it is there.
    fn label(&self, name: &NamedNode) -> Option<&Label> {
        match self.changed.get(name) {
            Some(change) if matches!(change.content, Content::Gone) => None,
            Some(change) => Some(&change.label),
            None => self.base.graphs.label(self.number(name)?),
        }
    }

    fn version(&self, name: &NamedNode) -> Option<Version> {
        let sum = |triples: &mut dyn Iterator<Item = &Triple>| {
            triples.fold(0u128, |sum, triple| {
                sum.wrapping_add(crate::snapshot::mark_triple(triple.as_ref()))
            })
        };
        let number = self.number(name);
        let base = number.and_then(|number| self.base.graphs.version(number));
        let change = self.changed.get(name);
        let spelling = match change {
            Some(change) => change.spelling.mark(),
            None => self.base.spellings.mark(name),
        };
        let triples = match change.map(|change| &change.content) {
            None => base,
            Some(Content::Gone) => None,
            Some(Content::Whole(triples)) => Some(Version(sum(&mut triples.iter()))),
            Some(Content::Edited(edits)) => {
                let side = |wanted: bool| {
                    let edits = edits.iter().filter(move |(_, comes)| **comes == wanted);
                    sum(&mut edits.map(|(triple, _)| triple))
                };
                base.map(|Version(base)| {
                    Version(base.wrapping_add(side(true)).wrapping_sub(side(false)))
                })
            }
        };
        triples.map(|Version(triples)| Version(triples.wrapping_add(spelling)))
    }

    fn number(&self, name: &NamedNode) -> Option<u32> {
        let id = self.base.dictionary.id(name.as_ref().into())?;
        self.base.graphs.number(id.number())
    }

    /// The state of a graph, ready to be changed.
    fn touch(
        &mut self,
        name: &NamedNode,
        undo: &mut FxHashMap<NamedNode, Option<Change>>,
    ) -> &mut Change {
        if !undo.contains_key(name) {
            undo.insert(name.clone(), self.changed.get(name).cloned());
        }
        if !self.changed.contains_key(name) {
            self.order.push(name.clone());
        }
        let number = self.number(name);
        let base = self.base;
        self.changed.entry(name.clone()).or_insert_with(|| {
            let label = number.and_then(|number| base.graphs.label(number));
            Change {
                number,
                label: label.cloned().unwrap_or_else(Label::closed),
                spelling: base.spellings.get(name).cloned().unwrap_or_default(),
                content: match number {
                    Some(_) => Content::Edited(FxHashMap::default()),
                    None => Content::Gone,
                },
            }
        })
    }

    fn exists(&self, name: &NamedNode) -> bool {
        match self.changed.get(name) {
            Some(change) => !matches!(change.content, Content::Gone),
            None => self.number(name).is_some(),
        }
    }

    fn operate(
        &mut self,
        operation: Operation,
        written: &Written,
        undo: &mut FxHashMap<NamedNode, Option<Change>>,
        done: &mut Committed,
    ) -> Result<(), CommitError> {
        match operation {
            Operation::Expect(..) | Operation::ExpectLabel(..) | Operation::Written(_) => {}
            Operation::Setting(key, value) => self.settings.push((key, value)),
            Operation::Put(name, label, triples) => {
                let change = self.touch(&name, undo);
                change.label = label;
                change.spelling = spelling(&triples, written);
                change.content = Content::Whole(triples.into_iter().map(kept_triple).collect());
            }
            Operation::Create(name, label) => {
                if self.exists(&name) {
                    return Err(CommitError::Exists { graph: name });
                }
                let change = self.touch(&name, undo);
                change.label = label;
                change.empty();
            }
            Operation::Drop(name) => {
                if self.exists(&name) {
                    let change = self.touch(&name, undo);
                    change.empty();
                    change.content = Content::Gone;
                }
            }
            Operation::Clear(name) => {
                if self.exists(&name) {
                    self.touch(&name, undo).empty();
                }
            }
            Operation::SetLabel(name, label) => {
                if self.exists(&name) {
                    self.touch(&name, undo).label = label;
                }
            }
            Operation::Insert(name, triple) => {
                let base = self.base;
                let change = self.touch(&name, undo);
                if matches!(change.content, Content::Gone) {
                    change.label = Label::closed();
                    change.empty();
                }
                if !written.is_empty() || !change.spelling.is_empty() {
                    each_tagged(triple.object.as_ref(), &mut |literal| {
                        change.spelling.set(literal, written.tag(literal));
                    });
                }
                done.inserted += u64::from(change.set(base, kept_triple(triple), true));
            }
            Operation::Remove(name, triple) => {
                if self.exists(&name) {
                    let base = self.base;
                    let change = self.touch(&name, undo);
                    done.removed += u64::from(change.set(base, kept_triple(triple), false));
                }
            }
        }
        Ok(())
    }
}

/// How the graph that holds exactly `triples` writes language tags.
fn spelling(triples: &[Triple], written: &Written) -> Spelling {
    let mut gathering = Gathering::default();
    if !written.is_empty() {
        for triple in triples {
            each_tagged(triple.object.as_ref(), &mut |literal| {
                gathering.add(literal, written.tag(literal));
            });
        }
    }
    gathering.finish()
}

/// Visits the literal with a language tag that an object is, or that its triple term has.
fn each_tagged(object: TermRef<'_>, visit: &mut dyn FnMut(LiteralRef<'_>)) {
    match object {
        TermRef::Literal(literal) if literal.language().is_some() => visit(literal),
        TermRef::Triple(triple) => each_tagged(triple.object.as_ref(), visit),
        _ => {}
    }
}

impl Change {
    /// Makes the graph hold nothing.
    fn empty(&mut self) {
        self.content = Content::Whole(FxHashSet::default());
        self.spelling = Spelling::default();
    }

    /// Makes the graph hold a triple or not, and says whether that changed anything.
    fn set(&mut self, base: &Snapshot, triple: Triple, present: bool) -> bool {
        match &mut self.content {
            Content::Gone => false,
            Content::Whole(triples) => match present {
                true => triples.insert(triple),
                false => triples.remove(&triple),
            },
            Content::Edited(edits) => {
                let in_base = self.number.is_some_and(|number| {
                    let ids = base.dictionary.triple(triple.as_ref());
                    ids.is_some_and(|ids| base.holds(ids, number))
                });
                let was = edits.get(&triple).copied().unwrap_or(in_base);
                match present == in_base {
                    true => edits.remove(&triple),
                    false => edits.insert(triple, present),
                };
                was != present
            }
        }
    }
}
