//! The words of one block, with what markup said about them.

/// Words under collection.
#[derive(Debug, Default)]
pub(super) struct Inline {
    /// The words, with a line feed where the text breaks a line.
    pub(super) plain: String,
    /// From a byte of `plain` to the byte of the text it came from; in order of both.
    map: Vec<(usize, usize)>,
    /// Ranges of `plain` in which no tags, fields and marks are looked for, in order.
    pub(super) opaque: Vec<(usize, usize)>,
    /// Ranges of `plain` that show a link, with its place in the links of the part.
    pub(super) links: Vec<(usize, usize, usize)>,
}

impl Inline {
    /// Forgets everything, and keeps the room for the next block.
    pub(super) fn clear(&mut self) {
        self.plain.clear();
        self.map.clear();
        self.opaque.clear();
        self.links.clear();
    }

    /// Adds words that stand at byte `from` of the text.
    pub(super) fn push(&mut self, words: &str, from: usize) {
        self.map.push((self.plain.len(), from));
        self.plain.push_str(words);
    }

    /// Adds words in which nothing is looked for.
    pub(super) fn push_opaque(&mut self, words: &str, from: usize) {
        let start = self.plain.len();
        self.push(words, from);
        self.opaque.push((start, self.plain.len()));
    }

    /// The byte of the text for a byte of the words.
    pub(super) fn origin(&self, at: usize) -> usize {
        let index = self.map.partition_point(|(plain, _)| *plain <= at);
        match index.checked_sub(1).and_then(|index| self.map.get(index)) {
            Some((plain, from)) => from + (at - plain),
            None => 0,
        }
    }

    /// The words from `from` to `to`, with links as `[[target]]`.
    pub(super) fn with_links(
        &self,
        from: usize,
        to: usize,
        target: impl Fn(usize) -> String,
    ) -> String {
        let mut out = String::with_capacity(to - from + 16);
        let mut at = from;
        for (start, end, index) in &self.links {
            if *start < at || *end > to {
                continue;
            }
            out.push_str(self.plain.get(at..*start).unwrap_or_default());
            out.push_str("[[");
            out.push_str(&target(*index));
            out.push_str("]]");
            at = *end;
        }
        out.push_str(self.plain.get(at..to).unwrap_or_default());
        out
    }
}
