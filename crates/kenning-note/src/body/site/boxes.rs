//! Which box of a site stands around a place of its text.

/// Boxes of a text, side by side or in one another.
#[derive(Debug, Default)]
pub(in crate::body) struct Boxes {
    /// What the author calls each box.
    kinds: Vec<String>,
    /// From which byte on which of them is the innermost one, in order.
    changes: Vec<(usize, Option<usize>)>,
}

impl Boxes {
    /// Of each box: its first byte, the byte after its last, and what the author calls it.
    pub(super) fn of(mut boxes: Vec<(usize, usize, String)>) -> Self {
        boxes.sort_by_key(|(from, to, _)| (*from, std::cmp::Reverse(*to)));
        let mut made = Self::default();
        let mut around: Vec<(usize, usize)> = Vec::new();
        for (from, to, kind) in boxes {
            made.leave(&mut around, from);
            let index = made.kinds.len();
            made.kinds.push(kind);
            made.changes.push((from, Some(index)));
            let to = around.last().map_or(to, |(outer, _)| to.min(*outer));
            around.push((to, index));
        }
        made.leave(&mut around, usize::MAX);
        made
    }

    /// Ends the boxes that end up to a byte.
    fn leave(&mut self, around: &mut Vec<(usize, usize)>, at: usize) {
        while let Some((end, _)) = around.pop_if(|(end, _)| *end <= at) {
            self.changes
                .push((end, around.last().map(|(_, index)| *index)));
        }
    }

    /// The innermost box around a byte.
    pub(in crate::body) fn around(&self, at: usize) -> Option<&str> {
        let next = self.changes.partition_point(|(from, _)| *from <= at);
        let (_, index) = self.changes.get(next.checked_sub(1)?)?;
        self.kinds.get((*index)?).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_innermost_box_is_found(marks in prop::collection::vec(any::<bool>(), 0..24)) {
            // Marks open a box or close the innermost one.
            let (mut open, mut boxes) = (Vec::new(), Vec::new());
            for (at, opens) in marks.iter().enumerate() {
                if *opens {
                    open.push(at);
                } else if let Some(from) = open.pop() {
                    boxes.push((from, at, from.to_string()));
                }
            }
            boxes.extend(open.into_iter().map(|from| (from, marks.len(), from.to_string())));
            let found = Boxes::of(boxes.clone());
            for at in 0..marks.len() + 2 {
                let inside = boxes.iter().filter(|(from, to, _)| (*from..*to).contains(&at));
                let innermost = inside.max_by_key(|(from, ..)| *from);
                prop_assert_eq!(found.around(at), innermost.map(|(.., kind)| kind.as_str()));
            }
        }
    }
}
