//! Statements between IRIs in little room: what links say, before it becomes triples or lines.

use oxrdf::{NamedNodeRef, Triple};

/// A text of [`Statements`].
pub(crate) type TermId = u32;

/// Statements about a note's links. Terms are written one after the other into one buffer, and a statement is three numbers; so a statement
/// costs no memory of its own, and putting them in order compares each text with few others.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    text: String,
    /// Where each term begins and ends.
    spans: Vec<(u32, u32)>,
    /// Terms of the vocabulary that were used already.
    fixed: Vec<(NamedNodeRef<'static>, TermId)>,
    /// The note that links.
    note: Option<TermId>,
    all: Vec<[TermId; 3]>,
}

impl Statements {
    /// None yet, and room for what so many links say; more than a few find it as they come.
    pub(crate) fn about(links: usize) -> Self {
        let links = links.min(32);
        Self {
            text: String::with_capacity(256 * links + 256),
            spans: Vec::with_capacity(4 * links + 8),
            fixed: Vec::with_capacity(8),
            note: None,
            all: Vec::with_capacity(4 * links + 4),
        }
    }

    /// The term that `write` adds to a buffer.
    pub(crate) fn term(&mut self, write: impl FnOnce(&mut String)) -> TermId {
        let start = self.text.len();
        write(&mut self.text);
        let id = TermId::try_from(self.spans.len()).unwrap_or(TermId::MAX);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.spans.push((place(start), place(self.text.len())));
        id
    }

    /// A term of the vocabulary.
    pub(crate) fn fixed(&mut self, term: NamedNodeRef<'static>) -> TermId {
        let same = |known: &&(NamedNodeRef<'static>, TermId)| {
            std::ptr::eq(known.0.as_str(), term.as_str())
        };
        if let Some((_, id)) = self.fixed.iter().find(same) {
            return *id;
        }
        let id = self.term(|text| text.push_str(term.as_str()));
        self.fixed.push((term, id));
        id
    }

    /// The note that links: `write` is asked once.
    pub(crate) fn note(&mut self, write: impl FnOnce(&mut String)) -> TermId {
        match self.note {
            Some(id) => id,
            None => {
                let id = self.term(write);
                self.note = Some(id);
                id
            }
        }
    }

    pub(crate) fn say(&mut self, subject: TermId, predicate: TermId, object: TermId) {
        self.all.push([subject, predicate, object]);
    }

    /// Hands on each statement once, in the order of their texts.
    pub(crate) fn each(
        &self,
        mut take: impl FnMut(NamedNodeRef<'_>, NamedNodeRef<'_>, NamedNodeRef<'_>),
    ) {
        let mut order: Vec<(&str, usize)> = Vec::with_capacity(self.spans.len());
        order.extend((0..self.spans.len()).map(|id| (self.text(id), id)));
        order.sort_unstable();
        // Equal texts are one term.
        let mut ranks = vec![0; order.len()];
        let mut texts: Vec<&str> = Vec::with_capacity(order.len());
        for (text, id) in order {
            if texts.last() != Some(&text) {
                texts.push(text);
            }
            if let Some(rank) = ranks.get_mut(id) {
                *rank = texts.len() - 1;
            }
        }
        let rank = |id: &TermId| {
            let place = usize::try_from(*id).ok();
            place
                .and_then(|place| ranks.get(place))
                .copied()
                .unwrap_or(0)
        };
        let mut all: Vec<[usize; 3]> = self
            .all
            .iter()
            .map(|terms| terms.each_ref().map(rank))
            .collect();
        all.sort_unstable();
        all.dedup();
        for terms in all {
            let [subject, predicate, object] = terms
                .map(|rank| NamedNodeRef::new_unchecked(texts.get(rank).copied().unwrap_or("")));
            take(subject, predicate, object);
        }
    }

    /// The statements as triples, in order.
    pub(crate) fn triples(&self) -> Vec<Triple> {
        let mut triples = Vec::with_capacity(self.all.len());
        self.each(|subject, predicate, object| {
            triples.push(Triple::new(subject, predicate, object));
        });
        triples
    }

    fn text(&self, id: usize) -> &str {
        let span = self.spans.get(id).map(|(start, end)| {
            let place = |at: &u32| usize::try_from(*at).unwrap_or(usize::MAX);
            place(start)..place(end)
        });
        span.and_then(|span| self.text.get(span)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kenning_vocab::{km, rdf};

    #[test]
    fn each_statement_comes_once_in_the_order_of_texts() {
        let mut said = Statements::default();
        let put = |said: &mut Statements, text: &str| said.term(|out| out.push_str(text));
        let (b, a, again) = (
            put(&mut said, "urn:b"),
            put(&mut said, "urn:a"),
            put(&mut said, "urn:b"),
        );
        let (links, is_a) = (said.fixed(km::LINKS_TO), said.fixed(rdf::TYPE));
        assert_eq!(said.fixed(km::LINKS_TO), links);
        let note = said.note(|out| out.push_str("urn:c"));
        assert_eq!(said.note(|_| unreachable!("it is known")), note);
        said.say(note, links, a);
        said.say(b, links, a);
        said.say(again, links, a);
        said.say(a, is_a, again);
        let lines: Vec<String> = said.triples().iter().map(ToString::to_string).collect();
        let mut sorted = said.triples();
        crate::triples::sorted(&mut sorted);
        assert_eq!(said.triples(), sorted);
        assert_eq!(lines.len(), 3, "{lines:?}");
    }
}
