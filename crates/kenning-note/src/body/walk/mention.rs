//! Dendron's users: `@ada.lovelace` is short for a link to the note `user.ada.lovelace`.

use super::super::inline::Inline;
use super::{Walk, small};
use crate::name::normal_key;
use crate::note::{Link, LinkTo};
use crate::settings::Dialect;

impl Walk<'_, '_> {
    /// Adds the links to users that stand in words, but for those in code and in other links.
    pub(super) fn mentions(&mut self, inline: &Inline) {
        if self.cx.dialect != Dialect::Dendron || !self.cx.settings.user_tags {
            return;
        }
        for at in memchr::memchr_iter(b'@', inline.plain.as_bytes()) {
            let next = inline.opaque.partition_point(|(_, end)| *end <= at);
            let is_opaque = inline
                .opaque
                .get(next)
                .is_some_and(|(start, _)| *start <= at);
            let Some(name) = name(&inline.plain, at).filter(|_| !is_opaque) else {
                continue;
            };
            let target = format!("user.{name}");
            let start = inline.origin(at);
            let bytes = |at: usize| small(self.cx.source.in_note(self.base + at));
            let link = Link {
                text: Some(format!("@{name}").into()),
                to: LinkTo::Name {
                    key: normal_key(&target).into(),
                    path: None,
                },
                target: target.as_str().into(),
                place: self.cx.source.place(self.base + start),
                bytes: (bytes(start), bytes(start + 1 + name.len())),
                heading: self.heading.map(small),
                related: self.room == crate::conventions::Room::Related,
                ..Link::default()
            };
            crate::list::push(&mut self.said.content.links, link);
        }
    }
}

/// The name after the `@` at `at`: not in an address such as `ada@example.org`, and without the full stop of a sentence.
fn name(plain: &str, at: usize) -> Option<&str> {
    let before = plain.get(..at)?;
    if !(before.is_empty() || before.ends_with(char::is_whitespace)) {
        return None;
    }
    let rest = plain.get(at + 1..)?;
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    let name = rest.get(..end)?.trim_end_matches(['.', '/']);
    name.contains(char::is_alphanumeric).then_some(name)
}
