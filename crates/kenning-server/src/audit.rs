//! The audit log: one JSON object per line for each denial, write, downgrade and change of tokens, each line chained to
//! the one before it by a hash, so that a line that is changed, dropped or moved is found.
//!
//! Lines are appended and flushed to the disk before the caller goes on; those that come at the same time share one flush.
//! A chain shows tampering with what is in the file. It cannot show that the end of the file was cut off: keep the last
//! hash elsewhere if that matters.
//!
//! A power cut can leave half a line. Opened again, the log keeps what follows the last whole record in a file beside it, says so in
//! a record of its own, and goes on: a server that does not start for want of half a line would be the greater harm.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What happened, without when and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The id of the request, as in the log and in the header `x-request-id`; empty for what is no request.
    pub request: String,
    /// Who: `anonymous`, `token ID (NAME)`, `operator`.
    pub who: String,
    /// What was tried: method and route, or the name of a command.
    pub action: String,
    /// A hash of what it was tried on, so that equal targets can be found without the log telling names; may be empty.
    pub target: String,
    /// How it ended.
    pub decision: Decision,
    /// The status of the answer; 0 for what is no request.
    pub status: u16,
    /// The reason that was given for writing something down to a lower label.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It was not allowed.
    Denied,
    /// It was done.
    Done,
    /// It was done, and knowledge may have gone to a lower label, for a reason.
    WrittenDown,
    /// It was allowed and failed.
    Failed,
}

impl Event {
    /// The same without characters that a terminal obeys or that change the order in which people read.
    ///
    /// JSON escapes the control characters of ASCII; terminals know others, too.
    fn for_eyes(self) -> Self {
        let odd = |c: char| {
            let c = u32::from(c);
            matches!(c, 0x7f..=0x9f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff)
        };
        let plain = |text: String| {
            if !text.contains(odd) {
                return text;
            }
            text.chars().fold(String::new(), |mut out, c| {
                if odd(c) {
                    out.extend(c.escape_unicode());
                } else {
                    out.push(c);
                }
                out
            })
        };
        Self {
            request: plain(self.request),
            who: plain(self.who),
            action: plain(self.action),
            reason: self.reason.map(plain),
            ..self
        }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// Milliseconds since 1970.
    time: u64,
    #[serde(flatten)]
    event: Event,
    /// The hash of the line before.
    previous: String,
    /// The hash of this line, made of all of it but itself.
    hash: String,
}

/// Why a log is not what was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The file cannot be read.
    #[error("the audit log cannot be read")]
    Io(#[from] io::Error),
    /// A line is no record.
    #[error("line {0} of the audit log is no record")]
    Line(u64),
    /// A line was changed, or one before it was dropped, added or moved.
    #[error("the chain of the audit log breaks at line {0}")]
    Chain(u64),
}

/// A log whose chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// How many lines it has.
    pub lines: u64,
    /// The lines that tell of an end that was cut off and set aside.
    pub mended: Vec<u64>,
}

/// The log of one data directory. Clones write to the same file; a process opens it once, because the chain has one end.
#[derive(Debug, Clone)]
pub struct AuditLog {
    path: Arc<Path>,
    records: mpsc::Sender<(Event, tokio::sync::oneshot::Sender<bool>)>,
}

impl AuditLog {
    /// Opens the log in `path`, or begins one, readable by the owner only.
    ///
    /// # Errors
    /// When the file cannot be opened, or more of its end than a power cut explains is no record.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (whole, previous) = last_record(&bytes);
        let torn = bytes.get(whole..).unwrap_or_default();
        let mended = if torn.is_empty() {
            None
        } else if torn.len() > MOST_TORN {
            return Err(io::Error::other("the end of the audit log is no record"));
        } else {
            Some(set_aside(path, &file, torn, whole)?)
        };
        let length = whole as u64;
        let (records, waiting) = mpsc::channel();
        let mut writer = Writer {
            file,
            previous,
            length,
        };
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.write_all(&waiting))?;
        let log = Self {
            path: path.into(),
            records,
        };
        if let Some(event) = mended {
            log.append_blocking(event);
        }
        Ok(log)
    }

    /// The file it is in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one event. When this returns, the line is on the disk, or the log says that it is not.
    pub async fn append(&self, event: Event) {
        let (done, written) = tokio::sync::oneshot::channel();
        let sent = self.records.send((event, done)).is_ok();
        if !sent || written.await != Ok(true) {
            tracing::error!("an audit record was not written");
        }
    }

    /// The same, for callers that may block.
    pub fn append_blocking(&self, event: Event) {
        let (done, written) = tokio::sync::oneshot::channel();
        let sent = self.records.send((event, done)).is_ok();
        if !sent || written.blocking_recv() != Ok(true) {
            tracing::error!("an audit record was not written");
        }
    }
}

/// Checks the chain of the log in `path`.
///
/// # Errors
/// [`Broken`], with the line.
pub fn verify(path: &Path) -> Result<Verified, Broken> {
    let mut previous = FIRST.to_owned();
    let mut found = Verified::default();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        found.lines += 1;
        let number = found.lines;
        let line = String::from_utf8(line?).map_err(|_| Broken::Line(number))?;
        let record: Record = serde_json::from_str(&line).map_err(|_| Broken::Line(number))?;
        // Written again, a record gives its own line: nothing stands in the line that the hash does not cover.
        let same = serde_json::to_string(&record).is_ok_and(|again| again == line);
        if record.previous != previous || record.hash != hash_of(&record) || !same {
            return Err(Broken::Chain(number));
        }
        if record.event.action == MENDED {
            found.mended.push(number);
        }
        previous = record.hash;
    }
    Ok(found)
}

/// A hash for the field `target`.
#[must_use]
pub fn target_hash(text: &str) -> String {
    short(blake3::hash(text.as_bytes()))
}

/// What the first line is chained to.
const FIRST: &str = "0";
/// The action of the record that tells of an end that was cut off.
const MENDED: &str = "audit log mended";
/// How much of an end may be set aside, in bytes: what one flush may have held.
const MOST_TORN: usize = 1 << 20;

/// Where the last whole record ends, and its hash.
fn last_record(bytes: &[u8]) -> (usize, String) {
    let mut end = bytes.len();
    while let Some(newline) = bytes
        .get(..end)
        .and_then(|bytes| bytes.iter().rposition(|byte| *byte == b'\n'))
    {
        let before = bytes.get(..newline).unwrap_or_default();
        let start = before.iter().rposition(|byte| *byte == b'\n');
        let line = before.get(start.map_or(0, |at| at + 1)..);
        if let Ok(record) = serde_json::from_slice::<Record>(line.unwrap_or_default()) {
            return (newline + 1, record.hash);
        }
        end = newline;
    }
    (0, FIRST.to_owned())
}

/// Keeps what is no record in a file beside the log, and takes it off the log. Returns what to say about it.
fn set_aside(path: &Path, log: &File, torn: &[u8], whole: usize) -> io::Result<Event> {
    let mut name = PathBuf::from(path).into_os_string();
    name.push(".torn");
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut kept = options.open(PathBuf::from(name))?;
    kept.write_all(torn)?;
    kept.sync_all()?;
    log.set_len(whole as u64)?;
    log.sync_all()?;
    Ok(Event {
        request: String::new(),
        who: "server".to_owned(),
        action: MENDED.to_owned(),
        target: short(blake3::hash(torn)),
        decision: Decision::Failed,
        status: 0,
        reason: Some(format!(
            "{} bytes after the last whole record, as a power cut leaves them, are kept beside the log",
            torn.len()
        )),
    })
}

/// The one end of the chain.
struct Writer {
    file: File,
    previous: String,
    /// How long the file is up to here: what is written in part is taken off again.
    length: u64,
}

impl Writer {
    fn write_all(&mut self, waiting: &mpsc::Receiver<(Event, tokio::sync::oneshot::Sender<bool>)>) {
        while let Ok(first) = waiting.recv() {
            let mut all = vec![first];
            all.extend(waiting.try_iter());
            let (events, callers): (Vec<Event>, Vec<_>) = all.into_iter().unzip();
            let written = self.write(events);
            if let Err(error) = &written {
                tracing::error!(%error, "the audit log cannot be written");
            }
            for caller in callers {
                // Nobody may be waiting any more.
                let _ = caller.send(written.is_ok());
            }
        }
    }

    fn write(&mut self, events: Vec<Event>) -> io::Result<()> {
        let mut previous = self.previous.clone();
        let mut lines = Vec::new();
        for event in events {
            let mut record = Record {
                time: milliseconds(),
                event: event.for_eyes(),
                previous,
                hash: String::new(),
            };
            record.hash = hash_of(&record);
            serde_json::to_writer(&mut lines, &record)?;
            lines.push(b'\n');
            previous = record.hash;
        }
        let written = self
            .file
            .write_all(&lines)
            .and_then(|()| self.file.sync_data());
        if written.is_ok() {
            self.length += lines.len() as u64;
            self.previous = previous;
        } else {
            // A line that is there in part would break the chain for all that follow.
            self.file.set_len(self.length)?;
        }
        written
    }
}

fn hash_of(record: &Record) -> String {
    let bare = Record {
        hash: String::new(),
        ..record.clone()
    };
    let text = serde_json::to_vec(&bare).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

fn short(hash: blake3::Hash) -> String {
    let hex = hash.to_hex();
    hex.get(..32).unwrap_or_default().to_owned()
}

fn milliseconds() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.map_or(0, |time| {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(who: &str) -> Event {
        Event {
            request: "1".to_owned(),
            who: who.to_owned(),
            action: "POST /update".to_owned(),
            target: target_hash("urn:a"),
            decision: Decision::Denied,
            status: 403,
            reason: None,
        }
    }

    fn place(name: &str) -> PathBuf {
        let name = format!("kenning-audit-{name}-{}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir.join("audit.jsonl")
    }

    #[test]
    fn a_line_that_is_changed_dropped_or_moved_is_found() {
        let path = place("chain");
        let log = AuditLog::open(&path).unwrap();
        log.append_blocking(event("a\nb\u{1b}[31m\u{9b}31m\u{202e}"));
        log.append_blocking(event("c"));
        drop(log);
        // Opened again, the chain goes on.
        AuditLog::open(&path).unwrap().append_blocking(event("d"));
        assert_eq!(verify(&path).unwrap().lines, 3);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "control characters are escaped");
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text}");
        let variants = [
            text.replacen("403", "200", 1),
            format!("{}\n{}\n", lines[0], lines[2]),
            format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]),
            format!("{}\n{}\n", lines[1], lines[2]),
            text.replacen("{\"time\"", "{\"more\":1,\"time\"", 1),
        ];
        for variant in variants {
            std::fs::write(&path, &variant).unwrap();
            assert!(matches!(verify(&path), Err(Broken::Chain(_))), "{variant}");
        }
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn an_end_that_was_cut_off_is_kept_told_of_and_written_on() {
        let path = place("torn");
        let log = AuditLog::open(&path).unwrap();
        log.append_blocking(event("a"));
        log.append_blocking(event("b"));
        drop(log);
        let whole = std::fs::read(&path).unwrap();
        let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        // Any cut within the second line, and what else a disk may leave after a power cut.
        let mut ends: Vec<Vec<u8>> = (second + 1..whole.len())
            .step_by(37)
            .map(|cut| whole[..cut].to_vec())
            .collect();
        ends.push([&whole[..second], &[0; 300]].concat());
        ends.push([&whole[..second], b"{\"time\":1}\n\xff\xfe\n"].concat());
        for end in ends {
            std::fs::write(&path, &end).unwrap();
            assert!(verify(&path).is_err());
            let _ = std::fs::remove_file(path.with_extension("jsonl.torn"));
            AuditLog::open(&path).unwrap().append_blocking(event("c"));
            let found = verify(&path).unwrap();
            assert_eq!((found.lines, found.mended), (3, vec![2]));
            let kept = std::fs::read(path.with_extension("jsonl.torn")).unwrap();
            assert_eq!(kept, end[second..], "nothing is thrown away");
        }
        // A file that never was a log is not taken for one.
        std::fs::write(&path, vec![b'x'; MOST_TORN + 1]).unwrap();
        assert!(AuditLog::open(&path).is_err());
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}
