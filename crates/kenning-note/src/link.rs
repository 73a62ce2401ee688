//! Links: what the text between the brackets says.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use crate::name::key_word;
use crate::note::{Link, LinkKind, LinkTo};
use crate::settings::Dialect;

/// Extensions of files that are notes; they are left out of names.
const NOTE_EXTENSIONS: [&str; 14] = [
    "md",
    "markdown",
    "mdx",
    "mdown",
    "txt",
    "org",
    "tid",
    "wiki",
    "mediawiki",
    "html",
    "htm",
    "xhtml",
    "rmd",
    "qmd",
];

/// Reads what stands between `[[` and `]]`. `from` is the path of the note.
pub(crate) fn wikilink(inside: &str, from: &str, dialect: Dialect) -> Link {
    // In a table the bar is written `\|`.
    let (left, right) = match inside.find('|') {
        Some(bar) => {
            let left = inside.get(..bar).unwrap_or_default();
            (
                left.strip_suffix('\\').unwrap_or(left),
                inside.get(bar + 1..),
            )
        }
        None => (inside, None),
    };
    // Dendron writes the words first.
    let (target, text) = match right {
        Some(right) if dialect == Dialect::Dendron => (right, Some(left)),
        right => (left, right),
    };
    let target = target.trim();
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let mut link = target_of(target, from);
    if dialect == Dialect::Logseq
        && let LinkTo::Name { key, .. } = &mut link.to
        && let Some(day) = crate::page::journal_key(target)
    {
        *key = day.into();
    }
    link.text = text.map(|text| Box::from(&*one_line(text)));
    link
}

/// Reads a target as it stands in a wikilink: a name, with a heading or block after `#`.
pub(crate) fn target_of(target: &str, from: &str) -> Link {
    if is_template(target) {
        return template(target);
    }
    // Dendron names a page of another vault so: `dendron://vault/page`.
    let target = target
        .strip_prefix("dendron://")
        .and_then(|rest| rest.split_once('/'))
        .map_or(target, |(_, page)| page);
    if is_address(target) {
        return Link {
            target: target.into(),
            to: address(target),
            ..Link::default()
        };
    }
    let (name, fragment) = match target.find('#') {
        // `C#` is a name.
        Some(at) if at + 1 < target.len() => {
            (target.get(..at).unwrap_or_default(), target.get(at + 1..))
        }
        _ => (target, None),
    };
    let name = name.trim();
    let mut link = Link {
        target: one_line(name).into(),
        fragment: fragment.map(|text| Box::from(&*one_line(text.trim()))),
        ..Link::default()
    };
    if name.is_empty() {
        link.to = if fragment.is_some() {
            LinkTo::Itself
        } else {
            LinkTo::Nothing
        };
        return link;
    }
    let decoded = decode(&link.target);
    if let Some(extension) = extension(&decoded).filter(|e| is_other_file(e)) {
        link.kind = if extension.is_empty() {
            link.kind
        } else {
            LinkKind::File
        };
        link.to = LinkTo::File(Box::from(&*decoded));
        return link;
    }
    let key = |name: &str| key_word(without_extension(name).trim_matches('/'));
    let relative = decoded.starts_with("./") || decoded.starts_with("../");
    link.to = if !relative {
        LinkTo::Name {
            key: key(&decoded),
            path: None,
        }
    } else if let Some(path) = join(from, &decoded) {
        LinkTo::Name {
            key: key(&path),
            path: Some(path.into()),
        }
    } else {
        LinkTo::Nothing
    };
    link
}

/// Reads the destination of a Markdown, HTML or Org link.
pub(crate) fn destination(dest: &str, from: &str) -> Link {
    let dest = dest.trim();
    let mut link = Link {
        kind: LinkKind::Markdown,
        ..Link::default()
    };
    if is_template(dest) {
        return Link {
            kind: LinkKind::Markdown,
            ..template(dest)
        };
    }
    // Logseq writes words for a page or a block so: `[words]([[page]])`, `[words](((block)))`. Of the two brackets one is left here.
    let page = dest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(page) = page.map(|page| page.trim_start_matches('[').trim_end_matches(']')) {
        return target_of(page.trim(), from);
    }
    let block = dest
        .strip_prefix("((")
        .and_then(|rest| rest.strip_suffix("))"));
    if let Some(block) = block.filter(|block| is_block_name(block)) {
        return block_reference(block);
    }
    if is_address(dest) || has_scheme(dest) {
        link.target = dest.into();
        link.to = address(dest);
        return link;
    }
    let (path, fragment) = dest
        .split_once('#')
        .map_or((dest, None), |(path, fragment)| (path, Some(fragment)));
    let path = path.split('?').next().unwrap_or(path);
    link.target = path.into();
    link.fragment = fragment
        .filter(|f| !f.is_empty())
        .map(|fragment| Box::from(&*decode(fragment)));
    if path.is_empty() {
        link.to = if dest.is_empty() {
            LinkTo::Nothing
        } else {
            LinkTo::Itself
        };
        return link;
    }
    // The top of the site is its first page.
    let decoded = if path == "/" {
        Cow::Borrowed("/index")
    } else {
        decode(path)
    };
    let Some(full) = (if decoded.starts_with('/') {
        absolute(&decoded)
    } else {
        join(from, &decoded)
    }) else {
        link.to = LinkTo::Nothing;
        return link;
    };
    if extension(&full).is_some_and(is_other_file) {
        link.kind = LinkKind::File;
        link.to = LinkTo::File(full.into());
        return link;
    }
    let key = key_word(without_extension(&full).trim_matches('/'));
    link.to = if key.is_empty() {
        LinkTo::Nothing
    } else {
        LinkTo::Name {
            key,
            path: Some(full.into()),
        }
    };
    link
}

/// A reference to the block of this name.
pub(crate) fn block_reference(name: &str) -> Link {
    let name = name.to_ascii_lowercase();
    Link {
        kind: LinkKind::Block,
        target: name.as_str().into(),
        fragment: Some(format!("^{name}").into()),
        to: LinkTo::Block(name.into()),
        ..Link::default()
    }
}

/// Whether this has the shape of a block's name in Logseq: a UUID.
pub(crate) fn is_block_name(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, b)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
}

/// Whether a destination begins with a scheme, known or not: `spotify:album:43h`. Only the path of a file could look like it.
fn has_scheme(dest: &str) -> bool {
    dest.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.len() > 2
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b'+' | b'-' | b'.'))
            && scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && !rest.is_empty()
            && !rest.contains([' ', '/', '\\'])
            && !without_extension(dest).ends_with(scheme)
            && extension(dest).is_none()
    })
}

/// Whether a path names no file by its ending.
pub(crate) fn is_bare(path: &str) -> bool {
    without_extension(path) == path
}

/// Whether this is the name of a file that is no note.
pub(crate) fn is_file(path: &str) -> bool {
    extension(path).is_some_and(is_other_file)
}

/// Whether this is the name of a picture.
pub(crate) fn is_picture(path: &str) -> bool {
    const PICTURES: [&str; 12] = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "ico", "tif", "tiff", "heic",
    ];
    extension(path).is_none_or(|extension| {
        PICTURES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(extension))
            || !is_other_file(extension)
    })
}

/// Whether a target is for a template to fill, such as `{{ .Permalink }}`: it names nothing yet, and that is nothing odd.
pub(crate) fn is_template(target: &str) -> bool {
    memchr::memchr2(b'{', b'<', target.as_bytes()).is_some()
        && ["{{", "{%", "<%"].iter().any(|mark| target.contains(mark))
}

fn template(target: &str) -> Link {
    Link {
        target: one_line(target).into(),
        to: LinkTo::Nothing,
        ..Link::default()
    }
}

/// Whether a target is an address and no name: a scheme of letters, a colon, and something after it.
pub(crate) fn is_address(target: &str) -> bool {
    if target.starts_with("//") {
        return true;
    }
    let Some((scheme, rest)) = target.split_once(':') else {
        return false;
    };
    let plain = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    // `Meeting: notes` and `C:\x` are names.
    plain
        && !rest.is_empty()
        && !rest.starts_with([' ', '\\', ':'])
        && (rest.starts_with("//") || is_known_scheme(scheme))
}

fn is_known_scheme(scheme: &str) -> bool {
    const KNOWN: [&str; 18] = [
        "http",
        "https",
        "mailto",
        "ftp",
        "urn",
        "tel",
        "doi",
        "obsidian",
        "zotero",
        "javascript",
        "data",
        "file",
        "vbscript",
        "blob",
        "sms",
        "geo",
        "command",
        "vscode",
    ];
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(scheme))
}

/// Whether an address may become an IRI of the graph. Scripts, embedded data and files of somebody's machine may not.
pub(crate) fn is_safe_address(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default();
    !["javascript", "data", "file", "vbscript", "blob"]
        .iter()
        .any(|bad| bad.eq_ignore_ascii_case(scheme))
}

fn address(target: &str) -> LinkTo {
    if is_safe_address(target) {
        LinkTo::Url(target.into())
    } else {
        LinkTo::Nothing
    }
}

/// Percent-decoded once and composed; as it is where decoding gives no text.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    let mut decoded = Cow::Borrowed(text);
    if text.contains('%')
        && let Ok(text) = percent_decode_str(text).decode_utf8()
    {
        decoded = text;
    }
    if decoded.contains(['\0', '\n', '\r']) {
        decoded = Cow::Owned(decoded.replace(['\0', '\n', '\r'], " "));
    }
    if decoded.is_ascii() {
        decoded
    } else {
        Cow::Owned(decoded.nfc().collect())
    }
}

/// `path` as seen from the folder of the note `from`; `None` when it leaves the wiki.
pub(crate) fn join(from: &str, path: &str) -> Option<String> {
    walk(from.rsplit_once('/').map_or("", |(folder, _)| folder), path)
}

/// A path that begins with `/`, without `.` and `..`, with the `/`.
fn absolute(path: &str) -> Option<String> {
    walk("", path).map(|path| format!("/{path}"))
}

fn walk(folder: &str, path: &str) -> Option<String> {
    let mut out = String::with_capacity(folder.len() + 1 + path.len());
    out.push_str(folder);
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if out.is_empty() => return None,
            ".." => out.truncate(out.rfind('/').unwrap_or(0)),
            part => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(part);
            }
        }
    }
    // A final slash tells a folder or a published address from a file.
    if path.ends_with('/') && !out.is_empty() {
        out.push('/');
    }
    (!out.is_empty()).then_some(out)
}

fn extension(path: &str) -> Option<&str> {
    let name = last(path);
    let dot = last_of(name, b'.').filter(|dot| *dot > 0)?;
    name.get(dot + 1..)
}

/// Whether this is the extension of a file that is no note. What merely looks like one, as in `vs. 2`, is not.
fn is_other_file(extension: &str) -> bool {
    const FILES: [&str; 57] = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "ico", "tif", "tiff", "heic",
        "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "zip", "gz",
        "tar", "7z", "mp3", "wav", "ogg", "m4a", "flac", "mp4", "mov", "webm", "mkv", "avi",
        "json", "yaml", "yml", "toml", "xml", "csv", "tsv", "js", "ts", "css", "py", "rs", "go",
        "sh", "c", "h", "java", "canvas", "base", "epub", "jsonld",
    ];
    extension.len() < 12
        && FILES
            .iter()
            .any(|file| file.eq_ignore_ascii_case(extension))
}

/// The path without the extension of a note.
pub(crate) fn without_extension(path: &str) -> &str {
    let parts = last_of(path, b'.').and_then(|dot| Some((path.get(..dot)?, path.get(dot + 1..)?)));
    match parts {
        Some((stem, extension))
            if !stem.is_empty()
                && !stem.ends_with('/')
                && NOTE_EXTENSIONS
                    .iter()
                    .any(|e| e.eq_ignore_ascii_case(extension)) =>
        {
            stem
        }
        _ => path,
    }
}

/// The last name of a path.
fn last(path: &str) -> &str {
    let slash = last_of(path, b'/');
    slash.map_or(path, |slash| path.get(slash + 1..).unwrap_or_default())
}

/// Where a byte of ASCII stands last. Names are short, and nothing is asked as often as this.
fn last_of(text: &str, byte: u8) -> Option<usize> {
    text.bytes().rposition(|other| other == byte)
}

/// The name of a file without folders and extension.
pub(crate) fn stem(path: &str) -> &str {
    without_extension(last(path))
}

/// What a text that is a link to the web is called, `[words](address)`, and its address; any other text is taken for an address.
pub(crate) fn named_address(text: &str) -> (Option<&str>, &str) {
    let inside = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(')'));
    let parts = inside.and_then(|inside| inside.split_once("]("));
    match parts.filter(|(_, address)| is_address(address)) {
        Some((words, address)) => (Some(words), address),
        None => (None, text),
    }
}

/// Whether words hold a place for a template to fill, as `{{title}}` and `<% tp.file.title %>` are.
pub(crate) fn is_place(text: &str) -> bool {
    let is_name = |rest: &str| rest.starts_with(|c: char| c.is_alphabetic() || c == ' ');
    [("{{", "}}"), ("<%", "%>")].iter().any(|(opens, closes)| {
        let inside = text.split_once(opens);
        inside.is_some_and(|(_, rest)| is_name(rest) && rest.contains(closes))
    })
}

/// White space of any sort made single spaces.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let mut before = 0;
    let is_plain = text.bytes().all(|byte| {
        let breaks = matches!(byte, b'\n' | b'\r' | b'\t' | 0);
        !breaks && (byte, std::mem::replace(&mut before, byte)) != (b' ', b' ')
    });
    if is_plain {
        return Cow::Borrowed(text.trim());
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// The wikilinks in a short text that is no Markdown, such as a value of the front matter: where each stands, and what it says.
pub(crate) fn wikilinks_in(text: &str, from: &str, dialect: Dialect) -> Vec<(usize, usize, Link)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text
        .get(at..)
        .and_then(|rest| rest.find("[["))
        .map(|found| found + at)
    {
        let Some(length) = text.get(start + 2..).and_then(|rest| rest.find("]]")) else {
            break;
        };
        let end = start + 2 + length + 2;
        let inside = text.get(start + 2..start + 2 + length).unwrap_or_default();
        if !inside.trim().is_empty() && !inside.contains("[[") {
            out.push((start, end, wikilink(inside, from, dialect)));
        }
        at = end;
    }
    out
}
