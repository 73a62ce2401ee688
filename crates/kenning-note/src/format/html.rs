//! HTML pages, as Confluence, Notion and others export them: titles, headings, paragraphs and links; no scripts, styles and menus.

use super::Turned;
use crate::note::TitleFrom;
use crate::problem::{Place, Problem, ProblemKind};
use crate::text::Source;

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
    link: Option<(String, usize)>,
    in_title: bool,
    in_code: usize,
    /// Whether it comes from Confluence: there, the title begins with the name of the space.
    confluence: bool,
}

pub(super) fn turn(source: &Source<'_>, path: &str, problems: &mut Vec<Problem>) -> Turned {
    let text = source.text.as_ref();
    let mut page = Page {
        out: Turned::new(text.len()),
        source,
        skip: None,
        title: None,
        link: None,
        in_title: false,
        in_code: 0,
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
                    self.link = Some((target, self.out.text.len()));
                }
            }
            "img" => {
                if let Some(target) = attribute(body, "src") {
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
            name if BLOCKS.contains(&name) => {
                self.new_block(at);
                if !closes {
                    match name {
                        "li" => self.out.text.push_str("- "),
                        "blockquote" => self.out.text.push_str("> "),
                        name if name.len() == 2 && name.starts_with('h') && name != "hr" => {
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
        match classes.find(|class| matches!(*class, "page-metadata" | "pageSection" | "properties"))
        {
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
        let (Some(name), Some(content)) = (
            attribute(body, "name").or_else(|| attribute(body, "property")),
            attribute(body, "content"),
        ) else {
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
        if super::is_block_line(&squeezed) {
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
        let Some((target, from)) = self.link.take() else {
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
    }

    fn new_block(&mut self, at: usize) {
        self.end_link();
        if !self.out.text.is_empty() && !self.out.text.ends_with("\n\n") {
            self.out.text.push_str("\n\n");
        }
        self.out.mark(self.source.line(at));
    }
}

/// The words of a piece of HTML, on one line.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    // What comes first may be the rest of a tag.
    while let Some((words, after)) = rest.split_once('<') {
        out.push_str(words);
        out.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let words = entities(&out);
    words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" ,", ",")
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

/// Where the tag at the start of a text ends; a `>` in quotes does not end it.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return Some(at),
            _ => {}
        }
    }
    // A quote without an end: the first bracket ends the tag.
    rest.find('>')
}

/// The value of an attribute, with entities read.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find(name)?;
        from = at + name.len();
        if !lower
            .get(..at)?
            .ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        {
            continue;
        }
        let Some(after) = tag.get(from..)?.trim_start().strip_prefix('=') else {
            continue;
        };
        let after = after.trim_start();
        let value = match after.chars().next()? {
            quote @ ('"' | '\'') => after.get(1..)?.split(quote).next()?,
            _ => after
                .split(|c: char| c.is_whitespace() || c == '>')
                .next()?,
        };
        return Some(entities(value));
    }
}

/// Characters that are written as `&name;` or `&#number;`.
fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest name that is known has ten letters.
        let known = after
            .bytes()
            .take(11)
            .position(|byte| byte == b';')
            .and_then(|end| Some((entity(after.get(..end)?)?, end)));
        match known {
            Some((c, end)) => {
                out.push(c);
                rest = after.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "copy" => '©',
        "middot" => '·',
        "bull" => '•',
        "eacute" => 'é',
        "uuml" => 'ü',
        "ouml" => 'ö',
        "auml" => 'ä',
        "szlig" => 'ß',
        "Uuml" => 'Ü',
        "Ouml" => 'Ö',
        "Auml" => 'Ä',
        _ => return None,
    })
}
