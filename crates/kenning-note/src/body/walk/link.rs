//! Links and pictures, from where they begin to where they end.

use pulldown_cmark::LinkType;

use super::{OpenLink, Walk, small};
use crate::conventions::Room;
use crate::link;
use crate::note::{Link, LinkKind, LinkTo};
use crate::problem::{Problem, ProblemKind};
use crate::settings::Dialect;
use crate::word::Word;

impl Walk<'_, '_> {
    pub(super) fn start_link(
        &mut self,
        kind: LinkType,
        dest: &str,
        start: usize,
        end: usize,
        embeds: bool,
    ) {
        if self.in_script {
            return;
        }
        // A picture or link may be the first thing in an item.
        if self.inline(start, end).is_none() && self.link.is_empty() && self.open.is_none() {
            return;
        }
        let from = self.open.as_ref().map_or(0, |open| open.inline.plain.len());
        let raw = self.text.get(start..end).unwrap_or_default();
        let mut silent = embeds || self.link.last().is_some_and(|link| link.silent);
        let link = if matches!(kind, LinkType::WikiLink { .. }) {
            let inside = raw.trim_start_matches('!');
            // One pair on each side: a name may end in a bracket.
            let inside = inside
                .strip_prefix("[[")
                .and_then(|rest| rest.strip_suffix("]]"))
                .unwrap_or_else(|| inside.trim_start_matches("[[").trim_end_matches("]]"));
            let mut link = link::wikilink(inside, self.cx.path, self.cx.dialect);
            if self.cx.dialect == Dialect::Dendron && link.text.is_some() {
                let shown = link.text.clone().unwrap_or_default();
                if let Some(open) = &mut self.open {
                    open.inline.push(&shown, start);
                }
                silent = true;
            }
            if embeds {
                // The size of a picture is no name for it.
                link.text = link
                    .text
                    .filter(|text| !text.bytes().all(|b| b.is_ascii_digit() || b == b'x'));
            }
            link
        } else {
            let before = self
                .open
                .as_ref()
                .is_some_and(|open| open.inline.plain.ends_with('^'));
            let shortcut = matches!(
                kind,
                LinkType::Shortcut
                    | LinkType::Collapsed
                    | LinkType::Reference
                    | LinkType::ShortcutUnknown
                    | LinkType::CollapsedUnknown
                    | LinkType::ReferenceUnknown
            );
            if before && shortcut && raw.starts_with('[') {
                // `^[source.md]` is a citation even where `[source.md]` has an address.
                if let Some(open) = &mut self.open {
                    open.inline.push("[", start);
                }
                self.link.push(OpenLink {
                    index: None,
                    from,
                    silent: false,
                    brackets: true,
                    is_html: false,
                });
                return;
            }
            if kind == LinkType::Email {
                link::destination(&format!("mailto:{dest}"), self.cx.path)
            } else {
                self.destination(dest)
            }
        };
        let index = Some(self.add_link(link, start, end, embeds));
        let from = if silent && !embeds {
            from
        } else {
            self.open
                .as_ref()
                .map_or(from, |open| open.inline.plain.len())
        };
        self.link.push(OpenLink {
            index,
            from,
            silent,
            brackets: false,
            is_html: false,
        });
    }

    /// Where the destination of a link leads. Addresses of a site have no more above their top, so going up further leads there.
    pub(super) fn destination(&self, dest: &str) -> Link {
        let link = link::destination(dest, self.cx.path);
        let is_site = matches!(
            self.cx.dialect,
            Dialect::Hugo | Dialect::Jekyll | Dialect::MkDocs | Dialect::Docusaurus
        );
        if !is_site || link.to != LinkTo::Nothing {
            return link;
        }
        let below = dest.trim_start_matches("../");
        if below.len() == dest.len() {
            return link;
        }
        let top = link::destination(&format!("/{below}"), self.cx.path);
        match &top.to {
            // What names a file does so outside.
            LinkTo::Name { .. } if link::is_bare(&top.target) => Link {
                target: link.target,
                ..top
            },
            _ => link,
        }
    }

    /// Keeps a link; returns its place among the links.
    pub(super) fn add_link(
        &mut self,
        mut link: Link,
        start: usize,
        end: usize,
        embeds: bool,
    ) -> usize {
        let place = self.cx.source.place(self.base + start);
        let nothing = link.target.is_empty() && embeds || link::is_template(&link.target);
        if link.to == LinkTo::Nothing && !nothing {
            self.problems.push(useless(&link, place));
        }
        if embeds
            && matches!(link.kind, LinkKind::Markdown)
            && matches!(link.to, LinkTo::Name { .. })
        {
            // A picture without a known extension is a file all the same.
            let path = match &link.to {
                LinkTo::Name { path, .. } => path.as_deref().map_or("", Word::as_str).into(),
                _ => Box::default(),
            };
            link.kind = LinkKind::File;
            link.to = LinkTo::File(path);
        }
        link.embeds = embeds;
        link.place = place;
        link.bytes = (
            small(self.cx.source.in_note(self.base + start)),
            small(self.cx.source.in_note(self.base + end)),
        );
        link.heading = self.heading.map(small);
        link.related = self.room == Room::Related;
        crate::list::push(&mut self.said.content.links, link);
        self.said.content.links.len() - 1
    }

    /// The end of a link as Markdown has it. One of HTML that is open inside of it ends there, too.
    pub(super) fn end_link(&mut self, end: usize) {
        while self.link.last().is_some_and(|link| link.is_html) {
            self.end_innermost(end);
        }
        self.end_innermost(end);
    }

    pub(super) fn end_innermost(&mut self, end: usize) {
        let Some(link) = self.link.pop() else { return };
        let Some(open) = &mut self.open else { return };
        open.end = open.end.max(end);
        if link.brackets {
            open.inline.push("]", end);
            return;
        }
        let Some(index) = link.index else { return };
        let to = open.inline.plain.len();
        let Some(known) = self.said.content.links.get_mut(index) else {
            return;
        };
        if known.kind != LinkKind::Wiki && known.text.is_none() && !known.embeds {
            let shown = link::one_line(open.inline.plain.get(link.from..to).unwrap_or_default());
            known.text = (!shown.is_empty() && *shown != *known.target).then(|| Box::from(&*shown));
        }
        if to > link.from {
            open.inline.links.push((link.from, to, index));
            open.inline.opaque.push((link.from, to));
        }
        if known.kind == LinkKind::Wiki && !known.embeds {
            self.trail = Some((index, end));
        }
    }
}

fn useless(link: &Link, place: crate::Place) -> Problem {
    let target = &link.target;
    if target.is_empty() {
        return Problem::new(ProblemKind::Link, place, "a link has no target");
    }
    if link::is_address(target) {
        return Problem::new(
            ProblemKind::Link,
            place,
            format!("the link to `{target}` is not followed"),
        )
        .with_hint("addresses that run code or open files are left out");
    }
    Problem::new(
        ProblemKind::Link,
        place,
        format!("the link to `{target}` leaves the wiki"),
    )
}
