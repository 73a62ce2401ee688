//! Who wrote a note, and when: asked of the `git` program, where the folder is under its care.
//!
//! What is told of a note follows from the history of that note alone. A commit's own name depends on all files of the commit, also
//! on those that a reader of the note may not see; so a revision is named by the content that the note had then, which git knows
//! as well (`git log --find-object`).

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// So many revisions are kept of one note, the latest ones.
const MOST: usize = 200;

/// One stored state of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revision {
    /// What git calls the content of the file (a blob).
    pub(crate) content: String,
    /// The author's name, as `.mailmap` gives it.
    pub(crate) author: String,
    /// When it was written, as `xsd:dateTime`.
    pub(crate) time: String,
    /// Lines that it added.
    pub(crate) added: u64,
}

/// Revisions by path, the latest first.
pub(crate) type History = BTreeMap<String, Vec<Revision>>;

/// The name of the commit that is checked out in `root`; `None` where git is missing or has nothing to do with the folder.
pub(crate) fn head(root: &Path) -> Option<String> {
    // A look at the disk is a thousand times cheaper than a program that finds nothing.
    root.ancestors()
        .find(|folder| folder.join(".git").exists())?;
    let out = run(root, ["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let head = out.trim().to_owned();
    (!head.is_empty()).then_some(head)
}

/// The history of every file below `root`. Renames are followed: what a file was called before is its history too.
pub(crate) fn history(root: &Path) -> Option<History> {
    let out = run(
        root,
        [
            "log",
            "--use-mailmap",
            "--no-ext-diff",
            "--no-textconv",
            "--find-renames",
            "--relative",
            "--raw",
            "--no-abbrev",
            "--numstat",
            "-z",
            "--format=%x01%aN%x02%aI%x02",
            "--",
            ".",
        ],
    )?;
    Some(parse(&out))
}

fn parse(out: &str) -> History {
    let mut history = History::new();
    // What an older commit calls a file → what it is called now.
    let mut now: HashMap<String, String> = HashMap::new();
    for commit in out.split('\u{1}').skip(1) {
        let mut head = commit.splitn(3, '\u{2}');
        let (Some(author), Some(time), Some(files)) = (head.next(), head.next(), head.next())
        else {
            continue;
        };
        let mut renames = Vec::new();
        for (old, new, content, added) in files_of(files) {
            let path = now.get(&new).cloned().unwrap_or_else(|| new.clone());
            if let Some(old) = old {
                renames.push((old, path.clone()));
                // Before this commit, what had the new name was another file.
                now.insert(new, String::new());
            }
            let revisions = history.entry(path).or_default();
            if revisions.len() < MOST && content.bytes().any(|byte| byte != b'0') {
                revisions.push(Revision {
                    content,
                    author: author.to_owned(),
                    time: time.to_owned(),
                    added,
                });
            }
        }
        now.extend(renames);
    }
    history.remove("");
    history
}

/// Old path where it was renamed, new path, content and added lines of each file of a commit.
///
/// The form is that of `git diff --raw --numstat -z`: `:100644 100644 OLD NEW M␀path␀` or `… R090␀old␀new␀`, and then
/// `added⇥removed⇥path␀` or `added⇥removed⇥␀old␀new␀`.
fn files_of(text: &str) -> Vec<(Option<String>, String, String, u64)> {
    let mut fields = text.split('\0').map(|field| field.trim_start_matches('\n'));
    let mut files: Vec<(Option<String>, String, String, u64)> = Vec::new();
    while let Some(field) = fields.next() {
        if let Some(raw) = field.strip_prefix(':') {
            let mut words = raw.split(' ').skip(3);
            let (Some(content), Some(kind)) = (words.next(), words.next()) else {
                continue;
            };
            let Some(first) = fields.next() else { break };
            if kind.starts_with(['R', 'C']) {
                let Some(second) = fields.next() else { break };
                let old = kind.starts_with('R').then(|| first.to_owned());
                files.push((old, second.to_owned(), content.to_owned(), 0));
            } else {
                files.push((None, first.to_owned(), content.to_owned(), 0));
            }
        } else if let Some((added, rest)) = field.split_once('\t') {
            let path = rest.split_once('\t').map_or("", |(_, path)| path);
            let path = if path.is_empty() {
                fields.next();
                fields.next().unwrap_or_default()
            } else {
                path
            };
            if let Some(file) = files.iter_mut().find(|(_, new, _, _)| new == path) {
                file.3 = added.parse().unwrap_or(0);
            }
        }
    }
    files
}

/// The paths that ever held a line that opens a protected section.
pub(crate) fn ever_protected(root: &Path) -> Vec<String> {
    let out = run(
        root,
        [
            "log",
            "--no-ext-diff",
            "--no-textconv",
            "--relative",
            "--no-renames",
            "--name-only",
            "-z",
            "--format=",
            "-G^[[:space:]]*:::",
            "--",
            ".",
        ],
    );
    let out = out.unwrap_or_default();
    let mut paths: Vec<String> = out
        .split('\0')
        .map(|path| path.trim_start_matches('\n').to_owned())
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The history of a note as those know it who do not see its protected sections.
///
/// `open` gives what stands outside them. Revisions that changed nothing else vanish, and the lines of sections do not count.
pub(crate) fn open_history(
    root: &Path,
    revisions: &[Revision],
    open: &dyn Fn(&[u8]) -> Vec<u8>,
) -> Vec<Revision> {
    let mut kept: Vec<Revision> = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    for revision in revisions.iter().rev() {
        let Some(bytes) = run_bytes(root, ["cat-file", "blob", &revision.content]) else {
            continue;
        };
        let text = open(&bytes);
        if text == before && !kept.is_empty() {
            continue;
        }
        let mut lines: HashMap<&[u8], usize> = HashMap::new();
        for line in before.split(|byte| *byte == b'\n') {
            *lines.entry(line).or_default() += 1;
        }
        let mut added = 0;
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match lines.get_mut(line) {
                Some(count) if *count > 0 => *count -= 1,
                _ => added += 1,
            }
        }
        kept.push(Revision {
            content: blob_name(&text),
            added,
            ..revision.clone()
        });
        before = text;
    }
    kept.reverse();
    kept
}

/// A name for content that git does not keep as such. Forty digits, as git's are, so that it does not tell itself apart.
fn blob_name(text: &[u8]) -> String {
    blake3::hash(text).to_hex().chars().take(40).collect()
}

fn run<const N: usize>(root: &Path, arguments: [&str; N]) -> Option<String> {
    let bytes = run_bytes(root, arguments)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs git so that nothing in the folder's own configuration is executed: no hooks, no pagers, no filters, no network.
fn run_bytes<const N: usize>(root: &Path, arguments: [&str; N]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "log.showSignature=false",
        ])
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.quotePath=false",
        ])
        .args(arguments.map(OsStr::new))
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_EXTERNAL_DIFF")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_are_followed_and_a_reused_name_is_another_file() {
        let zero = "0000000000000000000000000000000000000000";
        // Newest first: b.md was called a.md; a.md is new since then.
        let log = format!(
            "\u{1}Ada\u{2}2026-03-03T00:00:00Z\u{2}\0\n:000000 100644 {zero} c3 A\0a.md\0\
             4\t0\ta.md\0\
             \u{1}Ben\u{2}2026-02-02T00:00:00Z\u{2}\0\n:100644 100644 c1 c2 R090\0a.md\0b.md\0\
             1\t1\t\0a.md\0b.md\0\
             \u{1}Ada\u{2}2026-01-01T00:00:00Z\u{2}\0\n:000000 100644 {zero} c1 A\0a.md\0\
             9\t0\ta.md\0"
        );
        let history = parse(&log);
        let of = |path: &str| -> Vec<(String, u64)> {
            let revisions = history.get(path).into_iter().flatten();
            revisions
                .map(|revision| (revision.author.clone(), revision.added))
                .collect()
        };
        assert_eq!(of("a.md"), [("Ada".to_owned(), 4)]);
        assert_eq!(of("b.md"), [("Ben".to_owned(), 1), ("Ada".to_owned(), 9)]);
    }
}
