//! HTML pages, as Confluence, Notion and others export them: titles, headings, paragraphs and links; no scripts, styles and menus.

pub(crate) mod markup;

use super::Turned;
use crate::note::TitleFrom;
use crate::problem::{Place, Problem, ProblemKind};
use crate::text::Source;

use markup::{attribute, entities, tag_end, without_tags};

/// Elements whose text is no part of the page.
const LEFT_OUT: [&str; 12] = [
    "script", "style", "nav", "footer", "aside", "template", "noscript", "svg", "form", "button",
    "iframe", "select",
];
/// Elements that begin a block.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "li",
    "ul",
    "ol",
    "table",
    "tr",
    "td",
    "th",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "figure",
];

struct Page<'a> {
    out: Turned,
    source: &'a Source<'a>,
    /// The element that is being left out, and how often it was opened.
    skip: Option<(String, usize)>,
    title: Option<String>,
    /// The address of the open link, the byte at which its words begin, and its line.
    link: Option<(String, usize, u32)>,
    in_title: bool,
    in_code: usize,
    /// How deep tables are nested, and how many rows the outermost has so far; `None` where it is not read as rows.
    tables: usize,
    rows: Option<usize>,
    cells: usize,
    /// Whether it comes from Confluence: there, the title begins with the name of the space.
    confluence: bool,
}

pub(super) fn turn(
    source: &Source<'_>,
    path: &str,
    out: Turned,
    problems: &mut Vec<Problem>,
) -> Turned {
    let text = source.text.as_ref();
    let mut page = Page {
        out,
        source,
        skip: None,
        title: None,
        link: None,
        in_title: false,
        in_code: 0,
        tables: 0,
        rows: None,
        cells: 0,
        confluence: false,
    };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(comment) = rest.strip_prefix("<!--") {
            at += comment.find("-->").map_or(rest.len(), |end| end + 7);
        } else if rest.starts_with('<')
            && rest.get(1..).is_some_and(|r| {
                r.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
            })
        {
            let Some(end) = tag_end(rest) else {
                problems.push(Problem::new(
                    ProblemKind::Encoding,
                    source.place(at),
                    "a tag of the page has no end",
                ));
                break;
            };
            page.tag(rest.get(1..end).unwrap_or_default(), at);
            at += end + 1;
        } else {
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| *c == '<')
                .map_or(rest.len(), |(at, _)| at);
            page.text(rest.get(..end).unwrap_or_default(), at);
            at += end;
        }
    }
    page.end_link();
    if page.confluence {
        let title = page.title.take();
        page.title = title.map(|title| match title.split_once(" : ") {
            Some((_, page)) => page.trim().to_owned(),
            None => title,
        });
        // `Onboarding_98765.html`: links may name the page by its number alone.
        let number = crate::link::stem(path)
            .rsplit_once('_')
            .map(|(_, number)| number);
        let number = number.filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        page.out.blocks.extend(number.map(str::to_owned));
    }
    if let Some(title) = page.title.take().filter(|title| !title.is_empty()) {
        page.out.title = Some((title, TitleFrom::FrontMatter));
    }
    page.out
}

impl Page<'_> {
    fn tag(&mut self, tag: &str, at: usize) {
        let closes = tag.starts_with('/');
        let body = tag.trim_start_matches('/');
        let name: String = body
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect::<String>()
            .to_ascii_lowercase();
        let is_single = body.ends_with('/')
            || matches!(
                name.as_str(),
                "br" | "img" | "meta" | "hr" | "input" | "link"
            );
        if let Some((open, depth)) = &mut self.skip {
            if *open == name && !is_single {
                if closes {
                    *depth -= 1;
                } else {
                    *depth += 1;
                }
                if *depth == 0 {
                    self.skip = None;
                }
            }
            return;
        }
        if !closes && !is_single && (LEFT_OUT.contains(&name.as_str()) || self.is_frame(body, at)) {
            self.skip = Some((name, 1));
            return;
        }
        match name.as_str() {
            "title" => self.in_title = !closes,
            "meta" => self.meta(body, at),
            "a" if closes => self.end_link(),
            "a" => {
                self.end_link();
                if let Some(target) = attribute(body, "href").filter(|target| !target.is_empty()) {
                    let target = in_wiki(&target).unwrap_or(target);
                    self.link = Some((target, self.out.text.len(), self.source.line(at)));
                }
            }
            "img" => {
                if let Some(target) = attribute(body, "src") {
                    self.out.mark(self.source.line(at));
                    self.out
                        .text
                        .push_str(&format!("![](<{}>)", clean(&target)));
                }
            }
            "br" => self.out.text.push(' '),
            "code" | "pre" | "kbd" => {
                if name == "pre" {
                    self.new_block(at);
                }
                self.in_code = if closes {
                    self.in_code.saturating_sub(1)
                } else {
                    self.in_code + 1
                };
            }
            "table" => self.table(closes, at),
            "tr" | "td" | "th" if self.tables == 1 && self.rows.is_some() => {
                self.row(&name, closes, at);
            }
            // A row is one line, whatever stands in its cells; with headings in it, a table is only there for how the page looks.
            name if BLOCKS.contains(&name)
                && self.cells > 0
                && self.rows.is_some()
                && !is_heading(name) =>
            {
                self.out.text.push(' ');
            }
            name if BLOCKS.contains(&name) => {
                if is_heading(name) {
                    self.rows = None;
                }
                self.new_block(at);
                if !closes {
                    match name {
                        "li" => self.out.text.push_str("- "),
                        "blockquote" => self.out.text.push_str("> "),
                        name if is_heading(name) => {
                            let rank = name
                                .as_bytes()
                                .get(1)
                                .map_or(1, |b| usize::from(b.saturating_sub(b'0')));
                            self.out.text.push_str(&"#".repeat(rank));
                            self.out.text.push(' ');
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn table(&mut self, closes: bool, at: usize) {
        if closes {
            self.tables = self.tables.saturating_sub(1);
        } else {
            self.tables += 1;
        }
        if self.tables == usize::from(!closes) {
            self.new_block(at);
            self.rows = (!closes).then_some(0);
            self.cells = 0;
        } else {
            self.out.text.push(' ');
        }
    }

    /// A row as Markdown has it, with the rule behind the first.
    fn row(&mut self, tag: &str, closes: bool, at: usize) {
        match (tag, closes) {
            ("tr", false) => {
                self.cells = 0;
                self.out.mark(self.source.line(at));
            }
            ("tr", true) if self.cells > 0 => {
                self.end_link();
                self.out.text.push('\n');
                if self.rows == Some(0) {
                    self.out.text.push_str(&"| - ".repeat(self.cells));
                    self.out.text.push_str("|\n");
                }
                self.rows = self.rows.map(|rows| rows + 1);
                self.cells = 0;
            }
            ("td" | "th", false) => {
                self.end_link();
                self.out.text.push_str("| ");
                self.cells += 1;
            }
            _ => self.out.text.push(' '),
        }
    }

    /// Whether an element frames the page and is no part of its text: menus, footers, and boxes that say who wrote it and when, which
    /// are read here.
    fn is_frame(&mut self, body: &str, at: usize) -> bool {
        const FRAMES: [&str; 5] = [
            "breadcrumb-section",
            "footer",
            "likes-and-labels-container",
            "comments-section",
            "navigation",
        ];
        if !body.contains("class") && !body.contains("id") {
            return false;
        }
        let id = attribute(body, "id").unwrap_or_default();
        if matches!(id.as_str(), "title-heading" | "title-text") {
            self.confluence = true;
        }
        if FRAMES.contains(&id.as_str()) {
            return true;
        }
        let class = attribute(body, "class").unwrap_or_default();
        let mut classes = class.split_ascii_whitespace();
        let text = self.source.text.get(at..).unwrap_or_default();
        let known = |class: &&str| {
            matches!(
                *class,
                "page-metadata"
                    | "pageSection"
                    | "properties"
                    | "page-description"
                    | "icon"
                    | "toc-macro"
            )
        };
        match classes.find(known) {
            Some("toc-macro") => true,
            // A little picture before words, or the first letter of a name.
            Some("icon") => {
                let words = text.split("</span>").next().unwrap_or_default();
                body.starts_with("span") && !words.contains(":::")
            }
            Some("page-description") => {
                let words = without_tags(text.split("</p>").next().unwrap_or_default());
                let words = words
                    .rsplit_once("description\">")
                    .map_or(words.as_str(), |(_, w)| w);
                if !words.is_empty() {
                    self.out.key("summary", words, self.source.place(at));
                }
                true
            }
            Some("page-metadata") => {
                self.written(text.split("</div>").next().unwrap_or_default(), at);
                true
            }
            Some("pageSection") => self.confluence,
            Some("properties") if body.starts_with("table") => {
                self.properties(text.split("</table>").next().unwrap_or_default(), at);
                true
            }
            _ => false,
        }
    }

    /// `Created by <span class='author'>…</span>, last modified by … on Mar 04, 2026`, as Confluence has it.
    fn written(&mut self, html: &str, at: usize) {
        let place = self.source.place(at);
        let of = |class: &str| {
            let (_, after) = html.split_once(class)?;
            let name = after.split_once('>')?.1.split('<').next()?;
            Some(entities(name).trim().to_owned())
        };
        if let Some(author) = of("author").filter(|author| !author.is_empty()) {
            self.out.key("author", &author, place);
        }
        let text = without_tags(html);
        if let Some((before, day)) = text.rsplit_once(" on ") {
            let key = if before.contains("modified") {
                "updated"
            } else {
                "created"
            };
            self.out.key(key, day.trim(), place);
        }
    }

    /// The table of properties at the top of a page of Notion's.
    fn properties(&mut self, html: &str, at: usize) {
        let place = self.source.place(at);
        for row in html.split("<tr").skip(1) {
            let cell = |name: &str| {
                let (_, after) = row.split_once(&format!("<{name}"))?;
                let inside = after.split_once('>')?.1;
                inside.split(&format!("</{name}>")).next()
            };
            let (Some(key), Some(value)) = (cell("th"), cell("td")) else {
                continue;
            };
            let key = without_tags(key);
            let chosen: Vec<String> = value
                .split("selected-value")
                .skip(1)
                .filter_map(|part| {
                    Some(without_tags(
                        part.split_once('>')?.1.split("</span>").next()?,
                    ))
                })
                .collect();
            if chosen.len() > 1 {
                self.out.list(&key, chosen, place);
            } else {
                let value = without_tags(value);
                self.out.key(&key, value.trim_start_matches('@'), place);
            }
        }
    }

    fn meta(&mut self, body: &str, at: usize) {
        let name = attribute(body, "name").or_else(|| attribute(body, "property"));
        let content = attribute(body, "content");
        // INVARIANT: a protection that is stated without a value is one that cannot be read.
        let content =
            content.or_else(|| crate::meta::is_protection_key(name.as_deref()?).then(String::new));
        let (Some(name), Some(content)) = (name, content) else {
            return;
        };
        let place: Place = self.source.place(at);
        match name.to_ascii_lowercase().as_str() {
            "author" | "article:author" => self.out.key("author", &content, place),
            "description" | "og:description" => self.out.key("summary", &content, place),
            "keywords" | "article:tag" => self.out.key("tags", &content, place),
            "date" | "article:published_time" | "dc.date" | "created" => {
                self.out.key("publishDate", &content, place)
            }
            "article:modified_time" | "last-modified" => self.out.key("modified", &content, place),
            key if crate::meta::is_protection_key(key) => self.out.key(key, &content, place),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, at: usize) {
        if self.skip.is_some() {
            return;
        }
        let words = entities(text);
        if self.in_title {
            let title = self.title.get_or_insert_default();
            title.push_str(&crate::link::one_line(&words));
            return;
        }
        let squeezed: String = {
            let mut out = String::with_capacity(words.len());
            let mut space = self.out.text.ends_with(char::is_whitespace);
            for c in words.chars() {
                if c.is_whitespace() {
                    if !space {
                        out.push(' ');
                    }
                    space = true;
                } else {
                    out.push(c);
                    space = false;
                }
            }
            out
        };
        if squeezed.trim().is_empty() {
            if !self.out.text.ends_with(char::is_whitespace) {
                self.out.text.push(' ');
            }
            return;
        }
        self.out.mark(
            self.source
                .line(at + (text.len() - text.trim_start().len())),
        );
        if self.out.hands_on(&squeezed) {
            // It stands on a line of its own, also where a row would be one line.
            if self.rows.take().is_some() {
                self.out.text.push_str("\n\n");
            }
            self.out.text.push_str(squeezed.trim());
        } else if self.in_code > 0 {
            // Code holds no tags, fields and marks.
            self.out
                .text
                .push_str(&format!("`` {} ``", squeezed.trim().replace('`', "'")));
        } else {
            // No other text of a page holds Markdown.
            self.out.text.push_str(&super::plain(&squeezed));
        }
    }

    fn end_link(&mut self) {
        let Some((target, from, line)) = self.link.take() else {
            return;
        };
        let words = self
            .out
            .text
            .get(from..)
            .unwrap_or_default()
            .trim()
            .to_owned();
        if words.contains('\n') || words.is_empty() && target.starts_with('#') {
            return;
        }
        let space = self
            .out
            .text
            .get(from..)
            .is_some_and(|words| words.starts_with(' '));
        let after = self.out.text.ends_with(' ') && !words.is_empty();
        self.out.text.truncate(from);
        let made = format!(
            "{}[{words}](<{}>){}",
            if space { " " } else { "" },
            clean(&target),
            if after { " " } else { "" }
        );
        self.out.text.push_str(&made);
        // Its words may begin in a line below.
        let marks = &mut self.out.marks;
        let first = marks.partition_point(|(at, _)| *at < from);
        let added = 1 + usize::from(space);
        marks
            .iter_mut()
            .skip(first)
            .for_each(|(at, _)| *at += added);
        marks.insert(first, (from, line));
    }

    fn new_block(&mut self, at: usize) {
        self.end_link();
        if !self.out.text.is_empty() && !self.out.text.ends_with("\n\n") {
            self.out.text.push_str("\n\n");
        }
        self.out.mark(self.source.line(at));
    }
}

/// `h1` to `h6`.
fn is_heading(name: &str) -> bool {
    matches!(name.as_bytes(), [b'h', b'1'..=b'6'])
}

/// The name of a page, in brackets, for an address by which an exporting wiki links to its own pages.
fn in_wiki(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next().unwrap_or(target);
    if let Some((_, id)) = target.split_once("/pages/viewpage.action?pageId=") {
        let id = id.split(['&', '#']).next()?;
        return Some(format!("[{id}]"));
    }
    if let Some((host, rest)) = path.split_once("/display/") {
        let page = rest.split_once('/')?.1;
        let outside = host.contains("://") && !host.contains("confluence");
        let page = page.replace('+', " ");
        let title = crate::link::decode(&page);
        return (!outside && !page.contains('/')).then(|| format!("[{title}]"));
    }
    if path.contains("notion.so/") || path.contains("notion.site/") {
        let id = path.get(path.len().checked_sub(32)?..)?;
        return id
            .bytes()
            .all(|b| b.is_ascii_hexdigit())
            .then(|| format!("[{id}]"));
    }
    None
}

fn clean(target: &str) -> String {
    target.replace(['<', '>', '\n', '\r'], "")
}
