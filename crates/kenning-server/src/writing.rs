//! Writes: who may, under which label, and one commit for all of a request.

use kenning_access::{Clearance, Label, Refusal, Target};
use kenning_sparql::{UpdateError, WritePolicy};
use kenning_store::{Batch, CommitError, GraphInfo, View};
use oxrdf::NamedNode;

use crate::App;
use crate::error::HttpError;
use crate::reader::Reader;

/// How often a write is tried again when somebody else was faster.
const TRIES: usize = 5;

/// Judges the writes of one reader against the store as it is now.
pub(crate) struct Judge<'a> {
    app: &'a App,
    reader: &'a Reader,
    /// Sees everything: a rule about a graph needs its label, also where the writer may not know that there is one.
    ///
    /// INVARIANT: nothing of it reaches an answer but what `Writer::target` says, which refuses a hidden graph as one that
    /// is not granted (guard: `tests/store.rs`).
    all: View,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(app: &'a App, reader: &'a Reader) -> Self {
        let everything = Clearance::everything("a write is judged by the label of its graph");
        Self {
            app,
            reader,
            all: app.kb.view(&everything),
        }
    }

    /// Whether and with which label the reader may write a graph.
    ///
    /// # Errors
    /// [`HttpError::SignIn`] or [`HttpError::Forbidden`], the same for hidden graphs as for ones that are not granted.
    pub(crate) fn target(&self, name: &NamedNode) -> Result<Target, HttpError> {
        let existing = self.existing(name).map(|graph| graph.label);
        self.judge(name, existing.as_ref())
            .map_err(|refusal| refused(self.reader, refusal))
    }

    fn judge(&self, name: &NamedNode, existing: Option<&Label>) -> Result<Target, Refusal> {
        let built_in = self.is_built_in(name);
        self.reader
            .writer()
            .target(name.as_str(), existing, built_in)
    }

    /// Why an update changes nothing, for its writer.
    pub(crate) fn why(&self, error: UpdateError) -> HttpError {
        match error {
            UpdateError::Query(error) => error.into(),
            // Without the graph's name: what is refused reads the same for every name.
            UpdateError::Denied { why, .. } | UpdateError::Many(why) => refused(self.reader, why),
            UpdateError::NoGraph(_) => HttpError::NoGraph,
            UpdateError::Exists(_) => HttpError::Clash(error.to_string()),
            UpdateError::Load { .. } => HttpError::Refused(error.to_string()),
            other => HttpError::Internal(format!("{other:?}")),
        }
    }

    /// Makes a batch fail when the graph is no longer as it was judged.
    pub(crate) fn expect_unchanged(&self, batch: &mut Batch, name: &NamedNode) {
        let version = self.existing(name).map(|graph| graph.version);
        batch.expect(name.clone(), version);
        self.expect_label(batch, name);
    }

    /// Makes a batch fail when the graph no longer has the label that it was judged by.
    pub(crate) fn expect_label(&self, batch: &mut Batch, name: &NamedNode) {
        let label = self.existing(name).map(|graph| graph.label);
        batch.expect_label(name.clone(), label);
    }

    /// A graph, whoever may see it.
    fn existing(&self, name: &NamedNode) -> Option<GraphInfo> {
        let id = self.all.id(name.into())?;
        self.all.graph(id)
    }

    /// The graphs the reader sees and may write: what CLEAR and DROP of many graphs mean.
    ///
    /// # Errors
    /// When the reader may not change many graphs at once.
    pub(crate) fn all_writable(&self) -> Result<Vec<NamedNode>, HttpError> {
        self.reader
            .writer()
            .clear_many()
            .map_err(|refusal| refused(self.reader, refusal))?;
        let visible = self.reader.view(self.app).graphs();
        let names = visible.map(|graph| graph.name);
        Ok(names
            .filter(|name| !self.is_built_in(name) && self.target(name).is_ok())
            .collect())
    }

    /// Whether the server keeps this graph itself: ontologies, notes, links, meta.
    pub(crate) fn is_built_in(&self, name: &NamedNode) -> bool {
        if self.reader.has_free_hand() {
            return false;
        }
        let rest = name.as_str().strip_prefix(self.app.base.as_str());
        rest.is_some_and(|rest| rest.starts_with("id/graph/"))
    }
}

impl WritePolicy for Judge<'_> {
    fn target(&self, name: &NamedNode, visible: Option<&Label>) -> Result<Target, Refusal> {
        let hidden = || {
            // A graph that this writer could see and that is not there for it was dropped by this very request.
            let label = self.existing(name)?.label;
            let seen = self.reader.writer().reads_with().sees(&label);
            (!seen).then_some(label)
        };
        let existing = visible.cloned().or_else(hidden);
        self.judge(name, existing.as_ref())
    }

    fn unknown_targets(&self) -> Vec<Label> {
        self.reader.writer().labels_of_new().into_iter().collect()
    }

    fn many(&self) -> Result<(), Refusal> {
        self.reader.writer().clear_many()
    }

    fn is_spared(&self, name: &NamedNode) -> bool {
        self.is_built_in(name)
    }

    fn refuses_load(&self, source: &NamedNode) -> bool {
        // What has another scheme could be had nowhere, with or without our leave.
        let is_fetched = |scheme: &str| {
            let found = source.as_str().get(..scheme.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(scheme))
        };
        !self.reader.has_free_hand()
            && ["http:", "https:", "file:", "ftp:", "data:"]
                .into_iter()
                .any(is_fetched)
    }

    fn may_write_down(&self) -> bool {
        self.reader.reason().is_some()
    }
}

/// What a refusal means for this reader: sign in, or no.
pub(crate) fn refused(reader: &Reader, refusal: Refusal) -> HttpError {
    reader.refused(refusal.to_string())
}

/// Makes a batch and commits it; again, when another write came between.
///
/// # Errors
/// What `make` fails with, [`HttpError::Conflict`] when others keep being faster, [`HttpError::Full`] when there is no room,
/// [`HttpError::WritingStopped`] and [`HttpError::Internal`] when the store fails.
pub(crate) fn commit<T>(
    app: &App,
    mut make: impl FnMut() -> Result<(Batch, T), HttpError>,
) -> Result<T, HttpError> {
    for _ in 0..TRIES {
        let (batch, told) = make()?;
        if batch.is_empty() {
            return Ok(told);
        }
        match app.kb.commit(batch) {
            Ok(_) => return Ok(told),
            Err(CommitError::Conflict { .. } | CommitError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(HttpError::Conflict)
}
