//! Marks of protection where none is read: a callout, a class, a comment or a table that names a level. Whoever writes one meant it.
//!
//! Nothing is protected by such a mark. What it names is handed on, so that a text that fewer should see than do is closed.

mod around;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use crate::body::{code, opens_block};
use crate::levels::Levels;
use crate::meta::{is_protection_key, states_protection};
use crate::note::{Format, Marked, Note, Protection, Stated, Text};
use crate::problem::{Problem, ProblemKind};
use crate::settings::{Dialect, Settings};
use crate::text::{Source, line_up_to};
use around::{
    Around, Word, bare, class_in_braces, directive, is_part, late_opener, lies_in, option, pair,
    pairs, speaks,
};

/// Puts what marks say with what the note and its sections say. The text goes on at byte `start`, behind the front matter.
pub(crate) fn read(
    source: &Source<'_>,
    start: usize,
    note: &mut Note,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) {
    let text = source.text.as_ref();
    let hits = settings.levels.in_text(text);
    if hits.is_empty() {
        return;
    }
    let page = Page {
        text,
        start,
        levels: &settings.levels,
        format: note.format,
        publishes: note.format == Format::Markdown
            && matches!(
                note.dialect,
                Dialect::Hugo | Dialect::Jekyll | Dialect::MkDocs | Dialect::Docusaurus
            ),
        comments: OnceCell::new(),
        head: OnceCell::new(),
        ends: RefCell::default(),
    };
    let mut verbatim = None;
    let mut last = 0;
    for hit in hits {
        // A word may have been hit before.
        if hit < last {
            continue;
        }
        let (from, to) = page.range(hit);
        last = to;
        let Some(word) = page.word(from, to) else {
            continue;
        };
        let Some(what) = page.mark(&word) else {
            continue;
        };
        let verbatim = verbatim.get_or_insert_with(|| page.verbatim());
        // Hugo reads shortcodes in code, too.
        let counts = note.dialect == Dialect::Hugo && page.is_in_shortcode(word.from);
        if !counts && lies_in(verbatim, word.from) {
            continue;
        }
        let at = source.in_note(word.from);
        let inner = note.sections.iter_mut().filter(|section| {
            note.format == Format::Markdown && (section.span.start..section.span.end).contains(&at)
        });
        // Sections come in the order of the note, so the last one lies in the others.
        let stated = match inner.last() {
            Some(section) => &mut section.protection,
            None => &mut note.protection,
        };
        let place = source.place(word.from);
        let level = word.level.map(str::to_owned);
        match (level, stated) {
            (_, Stated::Unreadable { .. }) => {}
            (None, stated) => {
                let why = format!("{what} speaks of protection and states none");
                let problem = Problem::new(ProblemKind::Protection, place, why.clone());
                problems.push(problem.with_hint("it is closed until this is mended: `protection` at the top says it for the note, `::: protected {level=…}` for a part"));
                *stated = Stated::Unreadable { why, place };
            }
            (Some(level), stated) => {
                let text = Text { text: level, place };
                add(stated, Marked { level: text, what });
            }
        }
    }
}

/// Puts a mark with what is said about protection.
pub(crate) fn add(stated: &mut Stated, mark: Marked) {
    match stated {
        Stated::Unreadable { .. } => {}
        Stated::Says(said) => {
            if !said
                .marks
                .iter()
                .any(|known| known.level.text == mark.level.text)
            {
                said.marks.push(mark);
            }
        }
        Stated::Nothing => {
            *stated = Stated::Says(Protection {
                place: mark.level.place,
                marks: vec![mark],
                ..Protection::default()
            });
        }
    }
}

struct Page<'t> {
    text: &'t str,
    start: usize,
    levels: &'t Levels,
    format: Format,
    /// Whether it is Markdown of which a program makes a site: there, no line is a field.
    publishes: bool,
    /// What is found out once, when the first word asks for it.
    comments: OnceCell<Vec<(usize, usize)>>,
    head: OnceCell<usize>,
    ends: RefCell<BTreeMap<&'t str, usize>>,
}

impl<'t> Page<'t> {
    /// Where the word around a byte begins and ends.
    fn range(&self, hit: usize) -> (usize, usize) {
        let (before, after) = self.text.split_at_checked(hit).unwrap_or_default();
        let length = after.find(|c| !is_part(c)).unwrap_or(after.len());
        (before.trim_end_matches(is_part).len(), hit + length)
    }

    /// The word from one byte to another, if it may be a mark.
    fn word(&self, from: usize, to: usize) -> Option<Word<'t>> {
        let whole = self.text.get(from..to).filter(|whole| whole.len() < 80)?;
        let core = whole.trim_matches(['_', '-']);
        let begun = core
            .get(..6)
            .is_some_and(|head| head.eq_ignore_ascii_case("begin_"));
        let named = if begun { core.get(6..)? } else { core };
        let level = self.levels.named(named);
        if level.is_none() && !is_protection_key(bare(core)) {
            return None;
        }
        Some(Word {
            from,
            to,
            text: core,
            level,
        })
    }

    /// What the word is, where it is a mark.
    fn mark(&self, word: &Word<'t>) -> Option<String> {
        let here = Around::of(self.text, word);
        if word.from < self.start {
            return self.tag(&here, word);
        }
        let names = word.level.is_some() || self.is_protected(word.text);
        let named = || {
            self.callout(&here)
                .or_else(|| directive(&here))
                .or_else(|| self.in_markdown(&here))
                .or_else(|| class_in_braces(&here))
                .or_else(|| self.element(&here, word))
                .or_else(|| self.template(&here))
                .or_else(|| self.of_format(&here, word))
        };
        let found = named().filter(|_| names);
        let found = found
            .or_else(|| self.in_tag(word, &here))
            .or_else(|| self.value_in_braces(&here, word))
            .or_else(|| self.field(&here, word))
            .or_else(|| self.row(&here, word))
            .or_else(|| self.comment(&here, word))
            .or_else(|| self.tag(&here, word))
            .or_else(|| self.header(&here, word))
            .or_else(|| self.banner(&here, word));
        // What opens a protected block protects what stands in it.
        found.filter(|_| !opens_block(here.line, self.levels))
    }

    /// Whether a key is `protection` itself, or nearly.
    fn is_protection(&self, key: &str) -> bool {
        key.get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case("prot"))
            && states_protection(key)
    }

    fn is_protected(&self, word: &str) -> bool {
        ["protected", "protection"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    }

    /// `> [!restricted] Title`, and `!!! restricted "Title"` with other classes before it.
    fn callout(&self, here: &Around<'t>) -> Option<String> {
        let head = here
            .head
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
        if head == "[!" && here.head.contains('>') && here.after.starts_with([']', '|']) {
            return Some(format!("the callout `[!{}]`", here.word));
        }
        let mark = ["!!!", "???+", "???"]
            .iter()
            .find(|mark| head.starts_with(**mark))?;
        let rest = head.get(mark.len()..)?;
        let classes = rest.chars().all(|c| is_part(c) || c == ' ');
        let ends = here.after.is_empty() || here.after.starts_with([' ', '"', '\t']);
        (classes && ends && (rest.is_empty() || rest.ends_with(' ')))
            .then(|| format!("the box `{mark} {}`", here.word))
    }

    /// `<restricted>…</restricted>`
    fn element(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        let before = here.head.strip_suffix('<')?;
        let opens = here.after.is_empty() || here.after.starts_with(['>', ' ', '/']);
        let fits = opens && !before.ends_with(char::is_alphanumeric);
        let closes = || self.last_end(here.word) > word.to;
        (fits && closes()).then(|| format!("the element `<{}>`", here.word))
    }

    /// `{{< restricted >}}`, `{% restricted %}`, and `{{Restricted|…}}` where templates are written so.
    fn template(&self, here: &Around<'t>) -> Option<String> {
        let head = here.head.trim_end();
        let is_wiki = self.format == Format::MediaWiki
            && head.ends_with("{{")
            && here.after.trim_start().starts_with(['}', '|'])
            || self.format == Format::MediaWiki && here.after.is_empty() && head.ends_with("{{");
        let opens = ["{{<", "{{%", "{%", "{%-"]
            .iter()
            .any(|mark| head.ends_with(mark));
        (is_wiki || opens).then(|| format!("the template `{}`", here.word))
    }

    /// Whether a byte stands in a shortcode of Hugo's that is not commented out.
    fn is_in_shortcode(&self, at: usize) -> bool {
        let line = line_up_to(self.text.get(..at).unwrap_or_default());
        let opened = ["{{<", "{{%"]
            .iter()
            .filter_map(|mark| line.rfind(mark))
            .max();
        let inside = opened.and_then(|from| line.get(from + 3..));
        inside.is_some_and(|inside| !inside.starts_with("/*") && !inside.contains("}}"))
    }

    /// What only Markdown has.
    fn in_markdown(&self, here: &Around<'t>) -> Option<String> {
        let is_markdown = self.format == Format::Markdown;
        let found = || late_opener(here).or_else(|| option(here));
        is_markdown.then(found).flatten()
    }

    /// What only some formats have.
    fn of_format(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        let begins = here.head.trim_start_matches([' ', '\t', '-', '*']) == "#+"
            && word.text.len() > 6
            && word.text.get(..6)?.eq_ignore_ascii_case("begin_");
        let styled = self.format == Format::Tiddler
            && here.head.trim_start().starts_with("@@.")
            && here.head.ends_with('.');
        let switched = self.format == Format::MediaWiki
            && self
                .text
                .get(..word.from + 2)
                .is_some_and(|text| text.ends_with("__"));
        // A property of a heading, or of all.
        let property = self.format == Format::Org && {
            let head = here.head.trim();
            let key = head
                .strip_prefix(':')
                .and_then(|rest| rest.strip_suffix(':'));
            let whole = head
                .get(..11)
                .filter(|word| word.eq_ignore_ascii_case("#+property:"));
            let key = key.or_else(|| head.get(whole?.len()..));
            here.after.trim().is_empty() && key.is_some_and(|key| speaks(key.trim()))
        };
        (begins || styled || switched || property).then(|| format!("`{}`", here.line.trim()))
    }

    /// `<div class="restricted">`, `<p data-level="restricted">`, `<td protection="…">`.
    fn in_tag(&self, word: &Word<'t>, here: &Around<'t>) -> Option<String> {
        let before = here.wide;
        let tag = before.get(before.rfind('<')? + 1..)?;
        let name = tag.split(|c: char| !c.is_alphanumeric()).next()?;
        if name.is_empty() || tag.contains('>') {
            return None;
        }
        let (attributes, value) = match word.level {
            Some(_) => tag.rsplit_once('=')?,
            // The word is the key.
            None if here.after.starts_with('=') => (before, ""),
            None => return None,
        };
        let key = attributes
            .trim_end()
            .rsplit(|c: char| !is_part(c) && c != ':')
            .next()?;
        let whole = value.trim_start_matches(['"', '\'', '{']).is_empty()
            && !here.after.starts_with(' ')
            || here.after.starts_with('>');
        let is_said = match word.level {
            None => true,
            Some(_) if matches!(key, "class" | "className") => {
                let is_token = value.ends_with(['"', '\'', ' ', '=']) || value.is_empty();
                is_token && !matches!(name, "a" | "link" | "code" | "pre" | "script" | "img")
            }
            Some(_) if name.eq_ignore_ascii_case("meta") => {
                let named = tag
                    .split_once("name=")
                    .map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
                let named = named.and_then(|rest| rest.split(['"', '\'', ' ', '>']).next());
                key == "content" && named.is_some_and(speaks)
            }
            Some(_) => whole && speaks(key),
        };
        is_said.then(|| format!("the tag `<{name}>`"))
    }

    /// `{level=restricted}` behind words, and `{{< box level="restricted" >}}`; `|level=restricted` in a template.
    fn value_in_braces(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        let wide = if self.format == Format::MediaWiki {
            here.wide
        } else {
            here.head
        };
        let inside = wide.get(wide.rfind('{')? + 1..)?;
        if inside.contains('}') {
            return None;
        }
        let said = match word.level {
            Some(_) => inside
                .trim_end_matches(['"', '\'', ' ', '['])
                .strip_suffix('=')?
                .trim_end(),
            None if self.format == Format::Markdown && here.after.trim_start().starts_with('=') => {
                return Some(format!("`{}=`", here.word));
            }
            None => return None,
        };
        let key = said.rsplit(|c: char| !is_part(c)).next()?;
        // A parameter that states it has been read.
        let is_read = self.format == Format::MediaWiki && states_protection(key);
        (speaks(key) && !is_read).then(|| format!("`{key}={}`", here.word))
    }

    /// `level:: restricted`; and `protection:: restricted` where that is no field.
    fn field(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        let is_heading = here.line.trim_start_matches(['>', ' ']).starts_with('#');
        if word.level.is_none() {
            let is_field = here
                .after
                .strip_prefix("::")
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            let begins = here.head.trim_start_matches(['>', ' ', '-', '*', '+']);
            let begins = begins.is_empty() || begins.ends_with(['[', '(']);
            let elsewhere = is_heading || self.publishes;
            return (is_field && begins && elsewhere).then(|| format!("the field `{}`", here.word));
        }
        let said = here
            .head
            .trim_end_matches(['"', '\'', ' ', '['])
            .strip_suffix("::")?;
        let key = said
            .rsplit(|c: char| !is_part(c) && c != ' ')
            .next()?
            .trim();
        (speaks(key) && (is_heading || self.publishes || !states_protection(key)))
            .then(|| format!("the field `{key}`"))
    }

    /// `| Protection | restricted |`, and the same in HTML.
    fn row(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        word.level?;
        let strip = |cell: &'t str| {
            cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '!' | ':'))
        };
        if self.format == Format::Html {
            let row = here
                .wide
                .get(here.wide.rfind("<tr").or_else(|| here.wide.rfind("<dt"))?..)?;
            let words = crate::format::html::markup::without_tags(row);
            let key = words.trim().trim_end_matches(':');
            return speaks(key).then(|| format!("the row `{key}`"));
        }
        let line = here.line.trim();
        if !line.starts_with(['|', '!']) || line.contains('`') {
            return None;
        }
        let cells = |line: &'t str| line.split('|').map(strip).filter(|cell| !cell.is_empty());
        // In MediaWiki, the cells of a row may stand on lines of their own.
        let is_alone = self.format == Format::MediaWiki && cells(line).count() == 1;
        let above = || {
            here.wide
                .trim_end_matches(['|', ' '])
                .trim_end()
                .lines()
                .last()
        };
        let first = if is_alone {
            above().map(str::trim)
        } else {
            None
        };
        let first = first
            .filter(|line| line.starts_with(['|', '!']))
            .unwrap_or_default();
        let mut cells = cells(first).chain(cells(line));
        let (key, value) = (cells.next()?, cells.next()?);
        (cells.next().is_none() && value.eq_ignore_ascii_case(word.text) && speaks(key))
            .then(|| format!("the row `{key}`"))
    }

    /// A comment that is nothing but a level, or a key with it.
    fn comment(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        const COMMENTS: [(&str, &str); 6] = [
            ("<!--", "-->"),
            ("%%", "%%"),
            ("{/*", "*/}"),
            ("{#", "#}"),
            ("[//]: # (", ")"),
            ("{% comment %}", "{%"),
        ];
        // Most texts have no comment, and most words stand in none.
        let comments = self
            .comments
            .get_or_init(|| pairs(self.text, &COMMENTS, true));
        let marks = COMMENTS.iter().filter(|_| lies_in(comments, word.from));
        for (open, close) in marks {
            let inside = here.head.rfind(open);
            let inside = inside.and_then(|at| here.head.get(at + open.len()..));
            let after = here.after.find(close).and_then(|at| here.after.get(..at));
            let (before, after) = (inside.unwrap_or(here.head), after.unwrap_or(here.after));
            if self.is_entry(before, word, after) {
                return Some(format!("the comment `{}`", here.line.trim()));
            }
        }
        let org = self.format == Format::Org;
        let inside = here.head.trim_start().strip_prefix("# ").filter(|_| org)?;
        self.is_entry(inside, word, here.after)
            .then(|| format!("the comment `{}`", here.line.trim()))
    }

    /// Whether it is all there is, or stands behind a key, or behind "begin".
    fn is_entry(&self, before: &str, word: &Word<'t>, after: &str) -> bool {
        let space = |c: char| {
            c.is_whitespace() || matches!(c, '*' | '-' | '/' | '"' | '\'' | '[' | ']' | '.')
        };
        let (before, after) = (before.trim_matches(space), after.trim_matches(space));
        if word.level.is_none() {
            let value = after.strip_prefix([':', '=']).unwrap_or_default();
            return before.is_empty()
                && !value.starts_with(':')
                && value.split_whitespace().count() == 1;
        }
        let key = before
            .strip_suffix([':', '='])
            .map(|key| key.trim_end_matches(':').trim());
        let begins = |text: &str| {
            let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '_'));
            ["begin", "start", "open", "region", "#region"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(text))
        };
        (before.is_empty() || begins(before)) && (after.is_empty() || begins(after))
            || after.is_empty() && key.is_some_and(speaks)
    }

    /// `#level/restricted`, and the same among the tags at the top.
    fn tag(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        word.level?;
        let said = here.head.strip_suffix('/')?;
        let from = said.trim_end_matches(is_part).len();
        let (before, key) = said.split_at_checked(from)?;
        let at_top = (word.from < self.start || before.trim_start().starts_with("tags:"))
            && (before.is_empty() || before.ends_with(['"', '\'', ' ', ',', '[']));
        let ends = !here.after.starts_with(|c: char| is_part(c) || c == '/');
        ((before.ends_with('#') || at_top) && ends && speaks(key))
            .then(|| format!("the tag `{key}/{}`", here.word))
    }

    /// `Level: restricted` before all text but the title, also as an item or in bold.
    fn header(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        let (key, value) = pair(here.line)?;
        let is_value = word
            .level
            .is_some_and(|level| value.eq_ignore_ascii_case(level));
        let is_key = word.level.is_none() && key == word.text && self.is_protection(key);
        let says = is_value && speaks(key) || is_key && value.split_whitespace().count() == 1;
        if !says || self.format == Format::Tiddler {
            return None;
        }
        (word.from <= self.end_of_head()).then(|| format!("the line `{key}:`"))
    }

    /// Where the text begins that stands behind titles, comments, keys and values.
    fn end_of_head(&self) -> usize {
        let is_head = |line: &str| {
            let line = line.trim();
            line.is_empty()
                || line.starts_with('#')
                || line.starts_with("<!--") && line.ends_with("-->")
                || pair(line).is_some()
        };
        let lines = || {
            let text = self.text.get(self.start..).unwrap_or_default();
            let head = text.split_inclusive('\n').take_while(|line| is_head(line));
            self.start + head.map(str::len).sum::<usize>()
        };
        *self.head.get_or_init(lines)
    }

    /// Where the last end of an element stands; zero where there is none.
    fn last_end(&self, name: &'t str) -> usize {
        let mut ends = self.ends.borrow_mut();
        *ends.entry(name).or_insert_with(|| {
            let last = self.text.rfind(&format!("</{name}"));
            last.unwrap_or(0)
        })
    }

    /// A first line that is nothing but a level in capitals.
    fn banner(&self, here: &Around<'t>, word: &Word<'t>) -> Option<String> {
        word.level?;
        let capitals = !here.word.chars().any(char::is_lowercase);
        let line = here
            .line
            .trim_matches(|c: char| !c.is_alphanumeric() && c != '#');
        let above = self.text.get(self.start..word.from)?;
        let above = above.get(..above.len().checked_sub(here.head.len())?)?;
        (capitals && line == here.word && above.trim().is_empty())
            .then(|| format!("the line `{}`", here.line.trim()))
    }

    /// Where words are shown as they are written.
    fn verbatim(&self) -> Vec<(usize, usize)> {
        let text = self.text.get(self.start..).unwrap_or_default();
        let shift = |(from, to): (usize, usize)| (from + self.start, to + self.start);
        if matches!(self.format, Format::Markdown | Format::Article) {
            return code(text).into_iter().map(shift).collect();
        }
        const ORG: [(&str, &str); 6] = [
            ("#+begin_src", "#+end_src"),
            ("#+BEGIN_SRC", "#+END_SRC"),
            ("#+begin_example", "#+end_example"),
            ("#+BEGIN_EXAMPLE", "#+END_EXAMPLE"),
            ("=", "="),
            ("~", "~"),
        ];
        const TAGS: [(&str, &str); 7] = [
            ("<nowiki>", "</nowiki>"),
            ("<pre", "</pre>"),
            ("<code", "</code>"),
            ("<syntaxhighlight", "</syntaxhighlight>"),
            ("<source", "</source>"),
            ("<script", "</script>"),
            ("<style", "</style>"),
        ];
        const TICKS: [(&str, &str); 2] = [("```", "```"), ("`", "`")];
        let pairs_of: &[(&str, &str)] = match self.format {
            Format::Org => &ORG,
            Format::Tiddler => &TICKS,
            _ => &TAGS,
        };
        pairs(text, pairs_of, false)
            .into_iter()
            .map(shift)
            .collect()
    }
}
