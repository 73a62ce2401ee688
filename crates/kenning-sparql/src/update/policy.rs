//! Who may write what: the caller's answer to the plan's questions.

use kenning_access::{Label, Refusal, Target};
use oxrdf::{NamedNode, Triple};

/// What the writer of an update may do. The plan asks; the caller knows the roles, the grants and the graphs.
pub trait WritePolicy {
    /// Whether and with which label the writer may write `graph`, whose label is `visible` where the writer sees it.
    ///
    /// # Errors
    /// [`Refusal`]; the whole update is refused then.
    fn target(&self, graph: &NamedNode, visible: Option<&Label>) -> Result<Target, Refusal>;

    /// The labels of what the writer may write where a template has a variable for the graph: what is read must flow to each.
    fn unknown_targets(&self) -> Vec<Label>;

    /// Whether the writer may clear or drop DEFAULT, NAMED and ALL.
    ///
    /// # Errors
    /// [`Refusal`].
    fn many(&self) -> Result<(), Refusal>;

    /// Whether CLEAR and DROP of many graphs leave this one alone (ontologies, links, meta).
    fn is_spared(&self, graph: &NamedNode) -> bool;

    /// Whether the writer may write what it read at a higher label: a declassifier who gives a reason.
    fn may_write_down(&self) -> bool {
        false
    }

    /// Whether LOAD of this is refused, instead of failing: SILENT passes over a document that cannot be had, not over a no.
    fn refuses_load(&self, source: &NamedNode) -> bool {
        let _ = source;
        false
    }

    /// The triples of a document, for LOAD, with blank nodes that occur nowhere else.
    ///
    /// # Errors
    /// Why it is not loaded, in words.
    fn load(&self, source: &NamedNode) -> Result<Vec<Triple>, String> {
        let _ = source;
        Err("`LOAD` is switched off".into())
    }
}

/// Everything may be written, and what is new gets one label: a local playground, the operator, and test suites.
#[derive(Clone, Debug)]
pub struct Playground {
    /// The label of new graphs.
    pub label: Label,
}

impl WritePolicy for Playground {
    fn target(&self, _graph: &NamedNode, visible: Option<&Label>) -> Result<Target, Refusal> {
        Ok(Target {
            label: visible.cloned().unwrap_or_else(|| self.label.clone()),
            exists: visible.is_some(),
            blind: false,
        })
    }

    fn unknown_targets(&self) -> Vec<Label> {
        Vec::new()
    }

    fn many(&self) -> Result<(), Refusal> {
        Ok(())
    }

    fn is_spared(&self, _graph: &NamedNode) -> bool {
        false
    }

    fn may_write_down(&self) -> bool {
        true
    }
}
