//! Conversion from nothing: all graphs of a wiki, in a fixed order.

use kenning_access::Label;
use oxrdf::{NamedNode, Triple};

use crate::catalog::Catalog;
use crate::change::{Progress, Summary};
use crate::problem::Located;
use crate::wiki::Wiki;

/// What a conversion found beside triples.
#[derive(Debug)]
#[non_exhaustive]
pub struct Converted {
    /// All problems, in the order of paths and lines.
    pub problems: Vec<Located>,
    /// What there is, in numbers.
    pub summary: Summary,
}

/// Takes a graph: its name, its label and its triples.
pub type Emit<'e, E> = dyn FnMut(&NamedNode, &Label, &[Triple]) -> Result<(), E> + 'e;

impl Wiki {
    /// Converts the whole wiki. `emit` gets each graph once, with its label; the notes come in the order of their paths.
    ///
    /// The same folder gives the same graphs in the same order, on every machine.
    ///
    /// # Errors
    /// What `emit` returns ends the conversion.
    pub fn convert<E>(
        &self,
        report: &mut dyn FnMut(Progress),
        emit: &mut Emit<'_, E>,
    ) -> Result<Converted, E> {
        let scan = self.scan(&Catalog::empty(), report);
        for change in &scan.changes {
            for graph in &change.graphs {
                if let Some((label, triples)) = &graph.put {
                    emit(&graph.name, label, triples)?;
                }
            }
        }
        Ok(Converted {
            problems: scan.problems,
            summary: scan.summary,
        })
    }
}
