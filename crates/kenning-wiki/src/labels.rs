//! Labels as small numbers, with `flows_to` and `join` remembered.

use std::collections::HashMap;

use kenning_access::{Label, Scale};

/// A label of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LabelId(u32);

impl Default for LabelId {
    /// Closed to all, so that nothing is open because nobody said so.
    fn default() -> Self {
        Self::CLOSED
    }
}

impl LabelId {
    /// What has no valid label.
    pub(crate) const CLOSED: Self = Self(0);
}

/// The labels of a run.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    labels: Vec<Label>,
    texts: Vec<String>,
    ids: HashMap<Label, LabelId>,
    /// Labels by the texts they were read from.
    by_text: HashMap<String, LabelId>,
    joins: HashMap<(LabelId, LabelId), LabelId>,
    scale: Scale,
}

impl Default for Labels {
    fn default() -> Self {
        Self::new(&Scale::default())
    }
}

impl Labels {
    pub(crate) fn new(scale: &Scale) -> Self {
        let mut labels = Self {
            labels: Vec::new(),
            texts: Vec::new(),
            ids: HashMap::new(),
            by_text: HashMap::new(),
            joins: HashMap::new(),
            scale: scale.clone(),
        };
        // The first one: `LabelId::CLOSED`.
        labels.id(&Label::closed());
        labels
    }

    pub(crate) fn id(&mut self, label: &Label) -> LabelId {
        if let Some(id) = self.ids.get(label) {
            return *id;
        }
        let Ok(id) = u32::try_from(self.labels.len()).map(LabelId) else {
            return LabelId::CLOSED;
        };
        self.labels.push(label.clone());
        self.texts.push(self.scale.write_label(label));
        self.ids.insert(label.clone(), id);
        id
    }

    /// The label with this text; what cannot be read is closed.
    pub(crate) fn read(&mut self, text: &str) -> LabelId {
        if let Some(id) = self.by_text.get(text) {
            return *id;
        }
        let label = self
            .scale
            .parse_label(text)
            .unwrap_or_else(|_| Label::closed());
        let id = self.id(&label);
        self.by_text.insert(text.to_owned(), id);
        id
    }

    pub(crate) fn get(&self, id: LabelId) -> Label {
        let place = usize::try_from(id.0).ok();
        place
            .and_then(|place| self.labels.get(place))
            .cloned()
            .unwrap_or_else(Label::closed)
    }

    pub(crate) fn text(&self, id: LabelId) -> &str {
        let place = usize::try_from(id.0).ok();
        place
            .and_then(|place| self.texts.get(place))
            .map_or("", String::as_str)
    }

    pub(crate) fn join(&mut self, one: LabelId, other: LabelId) -> LabelId {
        if one == other {
            return one;
        }
        let pair = (one.min(other), one.max(other));
        if let Some(known) = self.joins.get(&pair) {
            return *known;
        }
        let joined = self.get(one).join(&self.get(other));
        let joined = self.id(&joined);
        self.joins.insert(pair, joined);
        joined
    }

    /// Whether knowledge may flow from `one` to `other`: their join is `other`.
    pub(crate) fn flows(&mut self, one: LabelId, other: LabelId) -> bool {
        self.join(one, other) == other
    }
}
