//! Boxes between lines of colons, as Docusaurus, VitePress, Pandoc and MyST have them, and MyST's between lines of backticks.

use super::Page;
use crate::levels::Levels;

/// What Docusaurus calls boxes.
const KINDS: [&str; 10] = [
    "note",
    "tip",
    "info",
    "warning",
    "danger",
    "caution",
    "important",
    "details",
    "success",
    "secondary",
];

/// What others call them, too.
const MORE: [&str; 12] = [
    "abstract",
    "admonition",
    "attention",
    "dropdown",
    "error",
    "example",
    "hint",
    "question",
    "seealso",
    "sidebar",
    "todo",
    "topic",
];

/// The opening line of a box.
struct Fence<'t> {
    from: usize,
    to: usize,
    /// What the author calls it, where that is known to be a box.
    kind: Option<&'t str>,
    title: &'t str,
}

impl<'t> Fence<'t> {
    /// What stands behind the marks of a line. `any` takes what no program is known to call a box, too.
    fn of(rest: &'t str, (from, to): (usize, usize), any: bool) -> Option<Self> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let (inside, after) = match rest.strip_prefix('{') {
            Some(inside) if any => inside.split_once('}').unwrap_or((inside, "")),
            _ => (rest, rest),
        };
        let name = inside.trim_start_matches(['.', ' ']);
        let length = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
        let (name, behind) = name.split_at_checked(length)?;
        let kind = name.strip_prefix("callout-").unwrap_or(name);
        let is_known = KINDS.contains(&kind) || any && MORE.contains(&kind);
        let title = if rest.starts_with('{') && any {
            let given = inside.split_once("title=\"");
            given.map_or(after, |(_, title)| {
                title.split('"').next().unwrap_or_default()
            })
        } else {
            behind.split('{').next().unwrap_or_default()
        };
        let title = title.trim();
        let title = title
            .strip_prefix('[')
            .and_then(|title| title.strip_suffix(']'))
            .unwrap_or(title);
        (is_known || any).then_some(Self {
            from,
            to,
            kind: is_known.then_some(kind),
            title,
        })
    }
}

/// What stands behind backticks, where that opens a box: `{note} Title`.
fn box_of(rest: &str, at: (usize, usize)) -> Option<Fence<'_>> {
    let is_box = rest.starts_with('{') && !rest.starts_with("{.");
    let fence = Fence::of(rest, at, true).filter(|_| is_box)?;
    fence.kind.is_some().then_some(fence)
}

/// Whether a block of code, which begins so, is a box of MyST's.
pub(crate) fn is_box(code: &str) -> bool {
    let line = code.lines().next().unwrap_or_default().trim();
    let rest = line.trim_start_matches('`');
    line.starts_with("```") && box_of(rest, (0, 0)).is_some()
}

impl<'t> Page<'t> {
    /// `:::kind Title` … `:::`. With `any`, what is called otherwise is no text either, where it is closed.
    ///
    /// INVARIANT: a line that could open a protected block stays as it is: those that do are gone before, and of what is code here, only a
    /// box of MyST is text in the end, which is looked at again (see `blocks` in the module above).
    pub(super) fn fences(&mut self, levels: &Levels, any: bool) {
        let mut open: Vec<Option<Fence<'t>>> = Vec::new();
        let mut ticks: Option<(usize, Fence<'t>)> = None;
        let (mut at, mut in_head) = (0, false);
        for line in self.text.split_inclusive('\n') {
            let (from, to) = (at, at + line.trim_end().len());
            at += line.len();
            let words = line.trim();
            let begins = from + (line.len() - line.trim_start().len());
            // Options of MyST's, `:class: wide`, follow the opening line.
            in_head = in_head && words.starts_with(':') && !words.starts_with("::");
            if in_head {
                self.blank(begins, to);
                continue;
            }
            if any && (words.starts_with("```") || ticks.is_some()) {
                in_head = self.directive(words, (begins, to), &mut ticks);
                continue;
            }
            if !words.starts_with(":::") || self.is_code(begins) {
                continue;
            }
            let rest = words.trim_start_matches(':').trim();
            let rest = match rest.trim_end_matches(':') {
                bare if rest.len() - bare.len() > 2 => bare.trim(),
                _ => rest,
            };
            if rest.is_empty() {
                if let Some(Some(fence)) = open.pop() {
                    self.blank(from, to);
                    self.close(&fence, from);
                }
                continue;
            }
            let protects =
                crate::meta::block_attributes(words, levels, crate::Place::START).is_some();
            let fence = Fence::of(rest, (from, to), any).filter(|_| !protects);
            in_head = any && fence.is_some();
            open.push(fence);
        }
        let open = open.into_iter().flatten();
        for fence in open.filter(|fence| fence.kind.is_some()) {
            self.close(&fence, self.text.len());
        }
    }

    /// A line of backticks, or one between two: a box of MyST's is text, ` ```{note} Title ` to ` ``` `. Says whether it opens one.
    fn directive(
        &mut self,
        words: &'t str,
        (from, to): (usize, usize),
        open: &mut Option<(usize, Fence<'t>)>,
    ) -> bool {
        let rest = words.trim_start_matches('`');
        let count = words.len() - rest.len();
        match open {
            Some((known, _)) if rest.is_empty() && count >= *known => {
                if let Some((_, fence)) = open.take() {
                    self.blank(from, to);
                    self.close(&fence, from);
                }
                false
            }
            // In other code it is an example.
            None if !self.is_within_code(from) => {
                *open = box_of(rest, (from, to)).map(|fence| (count, fence));
                open.is_some()
            }
            _ => false,
        }
    }

    /// Ends a box before the byte `end`. Its title is a paragraph of its own.
    fn close(&mut self, fence: &Fence<'t>, end: usize) {
        if !self.write(fence.from, fence.to, fence.title) {
            return;
        }
        let behind = fence.from + fence.title.len();
        if let Some(room) = self.bytes.get_mut(behind).filter(|room| **room == b' ')
            && !fence.title.is_empty()
        {
            *room = b'\n';
        }
        if let Some(kind) = fence.kind {
            self.boxes.push((fence.from, end, kind.to_owned()));
        }
    }
}
