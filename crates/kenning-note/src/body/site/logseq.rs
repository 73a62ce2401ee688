//! What Logseq puts between the words of a block: macros, clocks, sizes of pictures, boxes in the manner of Org.

use std::borrow::Cow;

use super::super::NO_BREAK;
use super::{Page, last_of, line_on, near};

/// The text with its blocks as Markdown knows items.
pub(super) fn outline(text: Cow<'_, str>) -> Cow<'_, str> {
    below_headings(empty_blocks(text))
}

/// The text without the marks of empty blocks, which would make headings of the words above them. Words that stand in the line below such
/// a mark get it.
fn empty_blocks(text: Cow<'_, str>) -> Cow<'_, str> {
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !has("-\n") && !text.ends_with('-') {
        return text;
    }
    let mut made: Option<Vec<u8>> = None;
    let (mut at, mut in_code, mut gone) = (0, false, None);
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let words = line.trim_start_matches(['\t', ' ']);
        let (from, mark) = (at, at + (line.len() - words.len()));
        at += line.len();
        // What stands below a mark that is gone moves to where that stood: more spaces would be code.
        gone = gone.filter(|depth| line.as_bytes().get(*depth) == Some(&b'\t'));
        if let Some(depth) = gone
            && let Some(room) = made.as_mut().and_then(|made| made.get_mut(from + depth))
        {
            *room = b' ';
        }
        let words = words.trim_end();
        let fence = words.trim_start_matches("- ");
        in_code ^= fence.starts_with("```") || fence.starts_with("~~~");
        if words != "-" || in_code {
            continue;
        }
        let indent = line.split('-').next().unwrap_or_default();
        let below = lines.peek().and_then(|below| below.strip_prefix(indent));
        let below = below.unwrap_or_default();
        let inner = below.trim_start_matches(['\t', ' ']);
        let is_deeper = inner.len() < below.len() && !inner.trim().is_empty();
        let is_item = inner.starts_with('-');
        let is_below = is_item && below.starts_with('\t') && indent.ends_with('\t');
        if is_deeper && !is_below && (is_item || !below.starts_with("  ")) {
            continue;
        }
        gone = is_below.then_some(indent.len());
        let made = made.get_or_insert_with(|| text.as_bytes().to_vec());
        let begins = at + indent.len();
        if let Some(room) = made.get_mut(begins).filter(|_| is_deeper && !is_below) {
            *room = b'-';
        }
        if let Some(room) = made.get_mut(mark) {
            *room = b' ';
        }
    }
    made_of(made, text)
}

/// The text with these bytes, where there are any.
fn made_of(made: Option<Vec<u8>>, text: Cow<'_, str>) -> Cow<'_, str> {
    match made.map(String::from_utf8) {
        Some(Ok(made)) => Cow::Owned(made),
        _ => text,
    }
}

/// The text with the blocks below a heading as items. They are indented by a tab, which would make them code.
fn below_headings(text: Cow<'_, str>) -> Cow<'_, str> {
    // A heading begins its line, so the first tab of a block below it stands behind a line feed.
    if memchr::memmem::find(text.as_bytes(), b"\n\t").is_none() {
        return text;
    }
    let mut made: Option<Vec<u8>> = None;
    // Whether the line before is neither an item nor indented, and how many tabs the blocks below it have at least.
    let (mut at, mut is_head, mut below) = (0, false, 0);
    for line in text.split_inclusive('\n') {
        let from = at;
        at += line.len();
        let words = line.trim_start_matches('\t');
        let tabs = line.len() - words.len();
        if words.trim().is_empty() {
            continue;
        }
        if tabs == 0 {
            is_head = !words.starts_with([' ', '-']);
            below = 0;
            continue;
        }
        if is_head && below == 0 && words.starts_with("- ") {
            // More spaces would be code again.
            below = tabs.min(3);
        }
        is_head = false;
        if below > 0 {
            let made = made.get_or_insert_with(|| text.as_bytes().to_vec());
            let room = made.get_mut(from..from + below.min(tabs));
            room.unwrap_or_default().fill(b' ');
        }
    }
    made_of(made, text)
}

/// Where the last mark of a clock or a box stands; a box that is not closed reaches to the end.
pub(super) fn last_of_boxes(text: &str) -> Option<usize> {
    let mark = last_of(text, "#+");
    let word = mark.and_then(|mark| text.get(mark..mark + "#+end_".len()));
    let is_closed = word.is_some_and(|word| word.eq_ignore_ascii_case("#+end_"));
    if mark.is_some() && !is_closed {
        return Some(text.len());
    }
    let clocks = last_of(text, ":LOGBOOK:");
    // Without a beginning, the others mean nothing.
    let clocks = clocks.max(clocks.and(last_of(text, ":END:").max(last_of(text, "CLOCK:"))));
    mark.max(clocks)
}

impl Page<'_> {
    /// Everything of Logseq's that Markdown would read as words, or not as what it is.
    pub(super) fn logseq(&mut self) {
        self.words_for_pages();
        self.macros();
        self.sizes();
        self.drawers();
    }

    /// `[words]([[page]])`: as the address `<[page]>`, because two brackets would be a link of their own.
    fn words_for_pages(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("]([[", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            at = start + 4;
            let end = near(rest, "]])");
            if let Some(length) =
                end.filter(|end| rest.get(..*end).is_some_and(|words| !words.contains('\n')))
            {
                at = start + length;
                self.write(start + 2, start + 4, "<[");
                self.write(at, at + 2, "]>");
            }
        }
    }

    /// `{{embed [[Page]]}}` embeds, `{{cloze words}}` are words, `{{video address}}` names an address; a query says nothing. With three
    /// braces, as in Org, they mean the same.
    fn macros(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("{{", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            let ends = if rest.starts_with("{{{") { "}}}" } else { "}}" };
            at = start + ends.len();
            let line = line_on(self.text.get(at..).unwrap_or_default());
            let length = line
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(line.len());
            let (name, after) = line.split_at_checked(length).unwrap_or_default();
            let Some(close) = after.find(ends).filter(|_| after.starts_with([' ', '}'])) else {
                continue;
            };
            let value = after.get(..close).unwrap_or_default().trim();
            let end = at + length + close + ends.len();
            let words = match name.to_ascii_lowercase().as_str() {
                "embed" if value.starts_with("[[") => format!("!{value}"),
                "embed" if value.starts_with("((") => format!("![]({value})"),
                "cloze" => value.to_owned(),
                "video" | "youtube" | "vimeo" | "bilibili" | "tweet" | "twitter" | "img"
                    if crate::link::is_address(value) && !value.contains(' ') =>
                {
                    format!("<{value}>")
                }
                "embed"
                | "video"
                | "youtube"
                | "vimeo"
                | "bilibili"
                | "tweet"
                | "twitter"
                | "img"
                | "youtube-timestamp"
                | "query"
                | "function"
                | "renderer"
                | "namespace"
                | "cards"
                | "zotero-imported-file"
                | "zotero-linked-file" => String::new(),
                _ => continue,
            };
            let room = (end - start).saturating_sub(words.len());
            // What follows a word of a sentence stays next to it.
            let from = if self.begins_line(start) {
                start
            } else {
                start + room
            };
            self.blank(start, end);
            self.write(from, end, &words);
            at = end;
        }
    }

    /// `{:height 222, :width 426}` behind a picture.
    fn sizes(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("){:", at) {
            at = start + 3;
            let line = line_on(self.text.get(at..).unwrap_or_default());
            let is_word = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
            let mut line = line;
            while let Some(close) = line.find('}').filter(|_| is_word(line)) {
                self.blank(start + 1, at + close + 1);
                at += close + 1;
                let Some(again) = line
                    .get(close + 1..)
                    .and_then(|rest| rest.strip_prefix("{:"))
                else {
                    break;
                };
                (line, at) = (again, at + 2);
            }
        }
    }

    /// `:LOGBOOK:` … `:END:`, and `#+BEGIN_NOTE` … `#+END_NOTE`, which is a box unless it holds a program's words.
    ///
    /// INVARIANT: a line that could open or close a protected block stays as it is.
    fn drawers(&mut self) {
        let mut open: Option<(usize, String)> = None;
        let (mut at, mut in_clock) = (0, false);
        for line in self.text.split_inclusive('\n') {
            let words = line.trim_start().trim_start_matches(['-', '*', ' ']);
            let from = at + (line.len() - words.len());
            at += line.len();
            let words = words.trim_end();
            let begins = words.starts_with("#+") || words == ":LOGBOOK:";
            if !(begins || in_clock || open.is_some()) || self.is_code(from) {
                continue;
            }
            let lower: String = if words.starts_with("#+") {
                let word = words.chars().take(20);
                word.map(|c| c.to_ascii_lowercase()).collect()
            } else {
                String::new()
            };
            if words == ":LOGBOOK:" || in_clock && words == ":END:" {
                in_clock = words != ":END:";
                self.blank(from, at);
            } else if in_clock && words.starts_with("CLOCK:") {
                self.blank(from, at);
            } else if let Some(kind) = lower.strip_prefix("#+begin_") {
                let kind = kind.split(' ').next().unwrap_or_default();
                if matches!(kind, "src" | "example") {
                    continue;
                }
                self.blank(from, at);
                // An item that begins with nothing would make a heading of the words before it.
                let is_item = line.trim_start().starts_with('-');
                if is_item && let Some(room) = self.bytes.get_mut(from..from + NO_BREAK.len()) {
                    room.copy_from_slice(NO_BREAK.as_bytes());
                }
                open = Some((from, kind.to_owned()));
            } else if lower.starts_with("#+end_")
                && let Some((start, kind)) = open.take()
            {
                self.blank(from, at);
                if !matches!(
                    kind.as_str(),
                    "query" | "comment" | "export" | "quote" | "center" | "verse"
                ) {
                    self.boxes.push((start, from, kind));
                }
            } else if let Some((_, kind)) = &open
                && matches!(kind.as_str(), "query" | "comment" | "export")
                && !words.contains(":::")
            {
                self.blank(from, at);
            } else {
                in_clock = false;
            }
        }
    }
}
