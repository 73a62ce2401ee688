//! What Logseq puts between the words of a block: macros, clocks, sizes of pictures, boxes in the manner of Org.

use super::{Page, line_on, near};

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

    /// `{{embed [[Page]]}}` embeds, `{{cloze words}}` are words, `{{video address}}` names an address; a query says nothing.
    fn macros(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("{{", at) {
            at = start + 2;
            let line = line_on(self.text.get(at..).unwrap_or_default());
            let length = line
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(line.len());
            let (name, after) = line.split_at_checked(length).unwrap_or_default();
            let Some(close) = after.find("}}").filter(|_| after.starts_with([' ', '}'])) else {
                continue;
            };
            let value = after.get(..close).unwrap_or_default().trim();
            let end = at + length + close + 2;
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
            if self.is_code(from) {
                continue;
            }
            let lower: String = words.chars().take(20).collect::<String>().to_lowercase();
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
        self.boxes.sort_unstable();
    }
}
