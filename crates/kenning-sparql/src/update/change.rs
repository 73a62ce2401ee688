//! What an update would change.

use kenning_access::Target;
use kenning_store::{Batch, Cancel, Version, Written};
use oxrdf::{NamedNode, Triple};

use crate::{DEFAULT_GRAPH, Dataset, Limits, ParseOptions, TextLimits};

/// How to plan an update.
#[derive(Clone, Debug)]
pub struct UpdateOptions {
    /// How to read the text.
    pub parse: ParseOptions,
    /// What a WHERE reads that names no dataset. One that the request names (`using-graph-uri`) cannot stand beside USING or WITH.
    pub dataset: Dataset,
    /// The graph that data and templates without `GRAPH` and the word `DEFAULT` mean: the RDF default graph, or the graph that a
    /// PATCH is sent to (SPARQL 1.1 Graph Store HTTP Protocol section 5.7). What a WHERE reads is the dataset's business.
    pub default_graph: NamedNode,
    /// What the update may cost; rows are changed triples.
    pub limits: Limits,
    /// Stops the evaluation from another thread.
    pub cancel: Cancel,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            parse: ParseOptions {
                base: None,
                limits: TextLimits::UPDATE,
            },
            dataset: Dataset::default(),
            default_graph: DEFAULT_GRAPH.into_owned(),
            limits: Limits::default(),
            cancel: Cancel::new(),
        }
    }
}

/// What an update would change, all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct UpdatePlan {
    /// Each graph once, in the order of their names.
    pub graphs: Vec<GraphChange>,
    /// How many operations the request had.
    pub operations: usize,
    /// Whether something was read for it, so that it holds only while the graphs are as they were.
    pub reads: bool,
    /// How language tags are written; those of the triples are in small letters.
    pub written: Written,
}

/// What an update would change in one graph. `emptied` comes first, then `removed`, then `inserted`.
#[derive(Clone, Debug)]
pub struct GraphChange {
    /// Its name.
    pub name: NamedNode,
    /// The label it has or gets, and whether it existed.
    pub target: Target,
    /// Its version before, where the writer sees it.
    pub before: Option<Version>,
    /// Whether it is there afterwards.
    pub exists: bool,
    /// Whether all it held before is removed.
    pub emptied: bool,
    /// Triples to remove. They need not be there.
    pub removed: Vec<Triple>,
    /// Triples to insert. They may be there already.
    pub inserted: Vec<Triple>,
}

impl UpdatePlan {
    /// The changes as a batch. It fails to commit when a graph that the plan changes is no longer as it was and something was read for it,
    /// or it is emptied, and when a graph that was there or not has another label than it was judged by: plan again then.
    #[must_use]
    pub fn batch(&self) -> Batch {
        let mut batch = Batch::new();
        batch.write_tags(self.written.clone());
        for change in &self.graphs {
            let name = || change.name.clone();
            let blind = change.target.blind;
            let anew = change.emptied || !change.exists;
            if (self.reads || anew) && !blind && change.target.exists {
                batch.expect(name(), change.before);
            }
            // What may go to a graph was judged by its label.
            if !(anew && change.target.exists) {
                let label = change.target.exists.then(|| change.target.label.clone());
                batch.expect_label(name(), label);
            }
            match (change.target.exists, change.exists) {
                (false, false) => continue,
                (true, false) => {
                    batch.drop_graph(name());
                    continue;
                }
                (false, true) => batch.put_graph(
                    name(),
                    change.target.label.clone(),
                    change.inserted.iter().cloned(),
                ),
                (true, true) if change.emptied && !blind => batch.put_graph(
                    name(),
                    change.target.label.clone(),
                    change.inserted.iter().cloned(),
                ),
                (true, true) => {
                    for triple in &change.removed {
                        batch.remove(name(), triple.clone());
                    }
                    for triple in &change.inserted {
                        batch.insert(name(), triple.clone());
                    }
                }
            }
        }
        batch
    }
}
