//! The audit log: one JSON object per line for each denial, write, downgrade and change of tokens, each line chained to
//! the one before it by a hash, so that a line that is changed, dropped or moved is found.
//!
//! Lines are appended and flushed to the disk before the caller goes on; those that come at the same time share one flush.
//! A chain shows tampering with what is in the file. It cannot show that the end of the file was cut off: keep the last
//! hash elsewhere if that matters.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::mpsc;
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

/// The log of one server. Clones write to the same file.
#[derive(Debug, Clone)]
pub struct AuditLog {
    records: mpsc::Sender<(Event, tokio::sync::oneshot::Sender<bool>)>,
}

impl AuditLog {
    /// Opens the log in `path`, or begins one, readable by the owner only.
    ///
    /// # Errors
    /// When the file cannot be opened, or its last line is no record.
    pub fn open(path: &Path) -> io::Result<Self> {
        let previous = match File::open(path) {
            Ok(file) => last_hash(file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => FIRST.to_owned(),
            Err(error) => return Err(error),
        };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let (records, waiting) = mpsc::channel();
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || write_all(file, previous, &waiting))?;
        Ok(Self { records })
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

/// Checks the chain of the log in `path`. Returns how many lines it has.
///
/// # Errors
/// [`Broken`], with the line.
pub fn verify(path: &Path) -> Result<u64, Broken> {
    let mut previous = FIRST.to_owned();
    let mut number = 0;
    for line in BufReader::new(File::open(path)?).lines() {
        number += 1;
        let line = line?;
        let record: Record = serde_json::from_str(&line).map_err(|_| Broken::Line(number))?;
        // Written again, a record gives its own line: nothing stands in the line that the hash does not cover.
        let same = serde_json::to_string(&record).is_ok_and(|again| again == line);
        if record.previous != previous || record.hash != hash_of(&record) || !same {
            return Err(Broken::Chain(number));
        }
        previous = record.hash;
    }
    Ok(number)
}

/// A hash for the field `target`.
#[must_use]
pub fn target_hash(text: &str) -> String {
    short(blake3::hash(text.as_bytes()))
}

/// What the first line is chained to.
const FIRST: &str = "0";

fn last_hash(file: File) -> io::Result<String> {
    let mut last = None;
    for line in BufReader::new(file).lines() {
        last = Some(line?);
    }
    match last {
        None => Ok(FIRST.to_owned()),
        Some(line) => serde_json::from_str::<Record>(&line)
            .map(|record| record.hash)
            .map_err(|_| io::Error::other("the last line of the audit log is no record")),
    }
}

fn write_all(
    mut file: File,
    mut previous: String,
    waiting: &mpsc::Receiver<(Event, tokio::sync::oneshot::Sender<bool>)>,
) {
    while let Ok(first) = waiting.recv() {
        let mut all = vec![first];
        all.extend(waiting.try_iter());
        let mut lines = Vec::new();
        let mut callers = Vec::new();
        for (event, caller) in all {
            let mut record = Record {
                time: milliseconds(),
                event,
                previous: previous.clone(),
                hash: String::new(),
            };
            record.hash = hash_of(&record);
            previous.clone_from(&record.hash);
            if let Ok(line) = serde_json::to_vec(&record) {
                lines.extend_from_slice(&line);
                lines.push(b'\n');
            }
            callers.push(caller);
        }
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        if let Err(error) = &written {
            tracing::error!(%error, "the audit log cannot be written");
        }
        for caller in callers {
            // Nobody may be waiting any more.
            let _ = caller.send(written.is_ok());
        }
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

    #[test]
    fn a_line_that_is_changed_dropped_or_moved_is_found() {
        let dir = std::env::temp_dir().join(format!("kenning-audit-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("audit.jsonl");
        let log = AuditLog::open(&path).unwrap();
        log.append_blocking(event("a\nb\u{1b}[31m"));
        log.append_blocking(event("c"));
        drop(log);
        // Opened again, the chain goes on.
        AuditLog::open(&path).unwrap().append_blocking(event("d"));
        assert_eq!(verify(&path).unwrap(), 3);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "control characters are escaped");
        assert!(!text.contains('\u{1b}'));
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
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
