//! Runs the cases in `tests/cases/*.md`.
//!
//! A heading is a case. A block `note` holds the text, with `path=`, `dialect=` and `detail=` beside the word where they matter; with
//! `escaped` beside it, `\r`, `\n`, `\0`, `\u{…}` and `\x…` (a byte) stand for what they say. The other blocks hold what is
//! expected: `links`, `tags`, `passages`, `fields`, `facts`, `about`, `sections`, `problems`; `triples` and `no triples` hold
//! lines of Turtle that the graphs must have, and beginnings of lines that they must not have.
//!
//! `KENNING_BLESS=1 cargo test -p kenning-note --test cases` writes what is found into the files: read the difference before
//! you keep it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

use std::fmt::Write as _;
use std::path::Path;

use kenning_note::{
    Content, Detail, Dialect, Field, Link, LinkTo, Note, Reading, Settings, Stated, Value, graphs,
    read,
};
use kenning_vocab::{Base, prefixes};

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("KENNING_BLESS").is_some();
    let (mut cases, mut checks, mut wrong) = (0, 0, Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut out = String::new();
        let (mut title, mut reading): (String, Option<Reading>) = (String::new(), None);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            out.push_str(line);
            out.push('\n');
            if let Some(heading) = line.strip_prefix("## ") {
                heading.clone_into(&mut title);
                reading = None;
                cases += 1;
            }
            let fence: String = line.chars().take_while(|c| *c == '`').collect();
            if fence.len() < 3 {
                continue;
            }
            let info = line[fence.len()..].trim();
            let mut block = String::new();
            for line in lines.by_ref().take_while(|line| *line != fence) {
                block.push_str(line);
                block.push('\n');
            }
            let found = match (info.split(' ').next().unwrap(), &reading) {
                ("note", _) => {
                    reading = Some(read_block(info, &block));
                    block.clone()
                }
                ("triples", Some(reading)) => {
                    let all = turtle(&reading.note);
                    let missing: Vec<_> = block
                        .lines()
                        .filter(|line| !all.contains(&(*line).to_owned()))
                        .collect();
                    if !missing.is_empty() {
                        wrong.push(format!(
                            "{}: {title}: no triple\n{}\nin\n{}",
                            file.display(),
                            missing.join("\n"),
                            all.join("\n")
                        ));
                    }
                    block.clone()
                }
                ("no", Some(reading)) => {
                    let all = turtle(&reading.note);
                    for line in block
                        .lines()
                        .filter(|line| all.iter().any(|found| found.starts_with(*line)))
                    {
                        wrong.push(format!(
                            "{}: {title}: there should be no `{line}` in\n{}",
                            file.display(),
                            all.join("\n")
                        ));
                    }
                    block.clone()
                }
                (kind, Some(reading)) => found(kind, reading),
                (kind, None) => panic!("{}: {title}: `{kind}` before any note", file.display()),
            };
            checks += 1;
            if found != block && !bless {
                wrong.push(format!(
                    "{}: {title}: {info}\n--- expected\n{block}--- found\n{found}",
                    file.display()
                ));
            }
            out.push_str(if bless { &found } else { &block });
            out.push_str(&fence);
            out.push('\n');
        }
        if bless {
            std::fs::write(&file, out).unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\n{} of {checks} checks in {cases} cases failed",
        wrong.join("\n\n"),
        wrong.len()
    );
    assert!(bless || cases > 40, "only {cases} cases were found");
    println!("{checks} checks in {cases} cases");
}

fn read_block(info: &str, block: &str) -> Reading {
    let option = |name: &str| {
        info.split(' ')
            .find_map(|word| word.strip_prefix(name).map(str::to_owned))
    };
    let mut settings = Settings::of(
        option("dialect=").map_or(Dialect::Markdown, |name| Dialect::named(&name).unwrap()),
    );
    settings.detail =
        option("detail=").map_or(Detail::Claims, |name| Detail::named(&name).unwrap());
    let path = option("path=")
        .unwrap_or_else(|| "note.md".to_owned())
        .replace("%20", " ");
    let bytes = if info.contains("escaped") {
        unescape(block.strip_suffix('\n').unwrap_or(block))
    } else {
        block.as_bytes().to_vec()
    };
    read(&bytes, &path, &settings)
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        rest = match after.chars().next().unwrap() {
            'n' => {
                out.push(b'\n');
                &after[1..]
            }
            'r' => {
                out.push(b'\r');
                &after[1..]
            }
            '0' => {
                out.push(0);
                &after[1..]
            }
            'x' => {
                out.push(u8::from_str_radix(&after[1..3], 16).unwrap());
                &after[3..]
            }
            'u' => {
                let end = after.find('}').unwrap();
                let c = char::from_u32(u32::from_str_radix(&after[2..end], 16).unwrap()).unwrap();
                out.extend_from_slice(c.to_string().as_bytes());
                &after[end + 1..]
            }
            other => {
                out.extend_from_slice(format!("\\{other}").as_bytes());
                &after[other.len_utf8()..]
            }
        };
    }
    // A line break in the block is for reading; breaks of the text are written out.
    out.extend_from_slice(rest.as_bytes());
    out.retain(|byte| *byte != b'\x0B');
    out
}

fn found(kind: &str, reading: &Reading) -> String {
    let note = &reading.note;
    let mut out = String::new();
    match kind {
        "links" => links(&mut out, &note.content),
        "tags" => note
            .content
            .tags
            .iter()
            .for_each(|tag| writeln!(out, "{} ({})", tag.key, tag.label).unwrap()),
        "passages" => passages(&mut out, &note.content),
        "headings" => note
            .content
            .headings
            .iter()
            .for_each(|h| writeln!(out, "{} {} #{}", h.rank, h.text, h.anchor).unwrap()),
        "fields" => fields(&mut out, &note.fields),
        "facts" => note
            .facts
            .iter()
            .for_each(|fact| writeln!(out, "{:?}", fact.kind).unwrap()),
        "sources" => note.sources.iter().for_each(|s| {
            writeln!(
                out,
                "{} front={} section={} url={:?} title={:?}",
                s.key, s.in_front_matter, s.in_section, s.url, s.title
            )
            .unwrap()
        }),
        "about" => about(&mut out, note),
        "sections" => {
            for section in &note.sections {
                writeln!(
                    out,
                    "{} {} lines {}-{}",
                    section.name,
                    stated(&section.protection),
                    section.span.first_line,
                    section.span.last_line
                )
                .unwrap();
                passages(&mut out, &section.content);
                links(&mut out, &section.content);
            }
        }
        "problems" => reading.problems.iter().for_each(|p| {
            writeln!(
                out,
                "{}:{}: {}: {}{}",
                p.line,
                p.column,
                p.kind.name(),
                p.text,
                p.hint
                    .as_ref()
                    .map_or(String::new(), |hint| format!(" ({hint})"))
            )
            .unwrap();
        }),
        "turtle" => turtle(note)
            .iter()
            .for_each(|line| writeln!(out, "{line}").unwrap()),
        other => panic!("nobody knows what a block `{other}` expects"),
    }
    out
}

fn links(out: &mut String, content: &Content) {
    content
        .links
        .iter()
        .for_each(|link| writeln!(out, "{}", link_line(link)).unwrap());
}

fn link_line(link: &Link) -> String {
    let to = match &link.to {
        LinkTo::Name {
            key,
            path: Some(path),
        } => format!("name {key} (path {path})"),
        LinkTo::Name { key, path: None } => format!("name {key}"),
        LinkTo::Url(url) => format!("url {url}"),
        LinkTo::File(file) => format!("file {file}"),
        LinkTo::Block(block) => format!("block {block}"),
        LinkTo::Itself => "itself".to_owned(),
        _ => "nothing".to_owned(),
    };
    let mut line = format!("{}: `{}` -> {to}", link.place, link.target);
    let mut add = |name: &str, value: &Option<Box<kenning_note::Word>>| {
        if let Some(value) = value {
            write!(line, ", {name} `{value}`").unwrap();
        }
    };
    add("fragment", &link.fragment);
    add("text", &link.text);
    add("relation", &link.relation);
    for (flag, name) in [(link.embeds, "embeds"), (link.related, "related")] {
        if flag {
            write!(line, ", {name}").unwrap();
        }
    }
    line
}

fn passages(out: &mut String, content: &Content) {
    for passage in &content.passages {
        let sort = if passage.is_claim { "claim" } else { "words" };
        write!(
            out,
            "{sort} {:?} {}-{}: {}",
            passage.kind,
            passage.span.first_line,
            passage.span.last_line,
            passage.text.replace('\n', " / ")
        )
        .unwrap();
        for citation in &passage.citations {
            write!(out, " ^{}", citation.source).unwrap();
            if let Some((from, to)) = citation.lines {
                write!(out, ":{from}-{to}").unwrap();
            }
        }
        if let Some(callout) = &passage.callout {
            write!(out, " !{callout}").unwrap();
        }
        if passage.anchor.contains('^') {
            write!(out, " #{}", passage.anchor).unwrap();
        }
        out.push('\n');
    }
}

fn fields(out: &mut String, fields: &[Field]) {
    for field in fields {
        let about = field.passage.map_or(String::new(), |passage| {
            format!(" of passage {}", passage + 1)
        });
        writeln!(out, "{}{about} = {}", field.key, value(&field.value)).unwrap();
    }
}

fn value(found: &Value) -> String {
    match found {
        Value::Link(link) => format!("link {}", link.key().unwrap_or("-")),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(value).collect::<Vec<_>>().join(", ")
        ),
        Value::Map(items) => format!(
            "{{{}}}",
            items
                .iter()
                .map(|(key, item)| format!("{key}: {}", value(item)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        other => format!("{other:?}"),
    }
}

fn about(out: &mut String, note: &Note) {
    writeln!(out, "title {} ({:?})", note.title, note.title_from).unwrap();
    let mut list = |name: &str, items: Vec<String>| {
        items
            .into_iter()
            .for_each(|item| writeln!(out, "{name} {item}").unwrap())
    };
    list(
        "alias",
        note.aliases
            .iter()
            .map(|alias| alias.text.clone())
            .collect(),
    );
    list("slug", note.slugs.clone());
    list("permalink", note.permalinks.clone());
    list("id", note.id.iter().map(|id| format!("{id:?}")).collect());
    list("block", note.blocks.clone());
    list(
        "type",
        note.types
            .iter()
            .map(|kind| format!("{}{}", kind.text, if kind.is_link { " (link)" } else { "" }))
            .collect(),
    );
    list(
        "summary",
        note.summary.iter().map(|text| text.text.clone()).collect(),
    );
    list("language", note.language.iter().cloned().collect());
    list(
        "date",
        note.dates
            .iter()
            .map(|date| {
                format!(
                    "{:?} {} {:?}",
                    date.role, date.date.lexical, date.date.precision
                )
            })
            .collect(),
    );
    list(
        "author",
        note.authors
            .iter()
            .map(|agent| format!("{} {:?}", agent.name, agent.kind))
            .collect(),
    );
    list("draft", note.draft.iter().map(bool::to_string).collect());
    list(
        "protection",
        if note.protection == Stated::Nothing {
            vec![]
        } else {
            vec![stated(&note.protection)]
        },
    );
    let handed = note.cascades.iter().map(|one| {
        let path = one.path.as_ref().map_or("all", |path| path.text.as_str());
        format!("{path}: {}", stated(&one.protection))
    });
    list("hands down", handed.collect());
    list(
        "redirects to",
        note.redirects_to
            .iter()
            .map(|link| link.target.to_string())
            .collect(),
    );
}

fn stated(stated: &Stated) -> String {
    match stated {
        Stated::Nothing => "nothing".to_owned(),
        Stated::Unreadable { why, .. } => format!("unreadable: {why}"),
        Stated::Says(protection) => {
            let level = protection
                .level
                .as_ref()
                .map_or("-", |level| level.text.as_str());
            let clauses: Vec<String> = protection
                .audience
                .iter()
                .map(|clause| {
                    clause
                        .iter()
                        .map(|group| group.text.as_str())
                        .collect::<Vec<_>>()
                        .join("|")
                })
                .collect();
            let mut text = format!("{level}{{{}}}", clauses.join("&"));
            for mark in &protection.marks {
                text.push_str(&format!("; {} names {}", mark.what, mark.level.text));
            }
            text
        }
    }
}

/// The triples as lines of Turtle, with the prefixes everybody knows and `n:` for what is minted.
fn turtle(note: &Note) -> Vec<String> {
    let mut out = Vec::new();
    for graph in graphs(note, "w", &Base::default()) {
        for triple in graph.triples {
            let mut line = triple
                .to_string()
                .replace("<http://localhost:7878/id/", "<n:");
            for (prefix, namespace) in prefixes() {
                while let Some(at) = line.find(&format!("<{namespace}")) {
                    let end = at + line[at..].find('>').unwrap();
                    let local = line[at + 1 + namespace.len()..end].to_owned();
                    line.replace_range(at..=end, &format!("{prefix}:{local}"));
                }
            }
            out.push(line);
        }
    }
    out
}
