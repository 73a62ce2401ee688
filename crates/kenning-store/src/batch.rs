//! What is to change, all of it or nothing.

use crate::{Version, Written};
use kenning_access::Label;
use oxrdf::{NamedNode, Triple};

/// Changes that are committed together, applied in the order they were added.
///
/// Duplicate triples within a graph count once. Who may change what is the caller's question; a batch asks nobody.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(crate) operations: Vec<Operation>,
}

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Put(NamedNode, Label, Vec<Triple>),
    Clear(NamedNode),
    Drop(NamedNode),
    Create(NamedNode, Label),
    SetLabel(NamedNode, Label),
    Insert(NamedNode, Triple),
    Remove(NamedNode, Triple),
    Setting(String, Option<Vec<u8>>),
    Written(Written),
    Expect(NamedNode, Option<Version>),
    ExpectLabel(NamedNode, Option<Label>),
}

impl Batch {
    /// A batch that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Makes the graph `name` hold exactly `triples` under `label`, whatever it was before.
    pub fn put_graph(
        &mut self,
        name: NamedNode,
        label: Label,
        triples: impl IntoIterator<Item = Triple>,
    ) {
        let triples = triples.into_iter().collect();
        self.operations.push(Operation::Put(name, label, triples));
    }

    /// Empties a graph and keeps it with its label. Does nothing where there is no such graph.
    pub fn clear_graph(&mut self, name: NamedNode) {
        self.operations.push(Operation::Clear(name));
    }

    /// Removes a graph with its label. Does nothing where there is no such graph.
    pub fn drop_graph(&mut self, name: NamedNode) {
        self.operations.push(Operation::Drop(name));
    }

    /// Makes an empty graph. The commit fails with [`Exists`](crate::CommitError::Exists) where there is one.
    pub fn create_graph(&mut self, name: NamedNode, label: Label) {
        self.operations.push(Operation::Create(name, label));
    }

    /// Gives an existing graph another label. Does nothing where there is no such graph.
    pub fn set_label(&mut self, name: NamedNode, label: Label) {
        self.operations.push(Operation::SetLabel(name, label));
    }

    /// Adds one triple. A graph that does not exist is made, closed: give it a label with [`Batch::create_graph`] first.
    pub fn insert(&mut self, name: NamedNode, triple: Triple) {
        self.operations.push(Operation::Insert(name, triple));
    }

    /// Removes one triple, if it is there. The graph stays, also when it is empty then.
    pub fn remove(&mut self, name: NamedNode, triple: Triple) {
        self.operations.push(Operation::Remove(name, triple));
    }

    /// Of what is put and inserted from here on, language tags are kept as `written` says, and as BCP 47 recommends where
    /// it says nothing. The case of the tags of the triples themselves says nothing: parsers put them into small letters.
    pub fn write_tags(&mut self, written: Written) {
        self.operations.push(Operation::Written(written));
    }

    /// Sets or removes a setting of the operator.
    pub fn put_setting(&mut self, key: impl Into<String>, value: Option<Vec<u8>>) {
        self.operations.push(Operation::Setting(key.into(), value));
    }

    /// The commit fails with [`Conflict`](crate::CommitError::Conflict) unless the graph, as it was before this batch,
    /// has this version; `None` means that there is no such graph.
    pub fn expect(&mut self, name: NamedNode, version: Option<Version>) {
        self.operations.push(Operation::Expect(name, version));
    }

    /// The commit fails with [`Conflict`](crate::CommitError::Conflict) unless the graph, as it was before this batch,
    /// has this label; `None` means that there is no such graph. For what was judged by a label and must not go elsewhere.
    pub fn expect_label(&mut self, name: NamedNode, label: Option<Label>) {
        self.operations.push(Operation::ExpectLabel(name, label));
    }
}
