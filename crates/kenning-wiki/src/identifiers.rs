//! The identifiers that notes give themselves: each is to be that of one note.

use std::collections::HashMap;

use crate::catalog::Entry;
use crate::problem::Located;

/// Which note was the first that calls itself so.
#[derive(Debug, Default)]
pub(crate) struct Identifiers<'p>(HashMap<String, &'p str>);

impl<'p> Identifiers<'p> {
    /// Notes come in the order of their paths. Says what is wrong where another note has the identifier of this one.
    pub(crate) fn add(&mut self, path: &'p str, entry: &Entry) -> Option<Located> {
        // There, an identifier is the name of a page in its folder; and translations of one page may have one.
        let may_be_shared = entry.dialect == "docusaurus" || entry.names.version.is_some();
        let id = entry.names.id.as_deref();
        let id = id.filter(|id| !id.is_empty() && !may_be_shared)?;
        let Some(other) = self.0.get(id) else {
            self.0.insert(id.to_owned(), path);
            return None;
        };
        let text = format!(
            "`{other}` gives itself the identifier `{id}`, too; it tells neither of the two apart"
        );
        let mut problem = Located::file(path, "identifier", text);
        problem.hint = Some("give one of them another `id`, or none".to_owned());
        Some(problem)
    }
}
