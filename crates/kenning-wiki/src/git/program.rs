//! The `git` program, run so that nothing of what the repository says is executed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Contents of more bytes are not looked at: no note is as large.
const LARGEST: u64 = 256 << 20;

/// What git prints, as text.
pub(super) fn run(root: &Path, arguments: &[&str]) -> Option<String> {
    ask(root, arguments).ok()
}

/// What git prints, as text.
///
/// # Errors
/// Why it prints nothing, in its own words and for people.
pub(super) fn ask(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = git(root, arguments);
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| format!("the program `git` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let mut said = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let why = said.next().unwrap_or("it fails without a word");
    Err(why.strip_prefix("fatal: ").unwrap_or(why).to_owned())
}

/// Gives the stored contents of these names to `take`, in their order and with their place; nothing for one that is not there.
///
/// All are asked of one program, which reads on while the last one is looked at. Where it cannot be run, nothing is given.
pub(super) fn contents(
    root: &Path,
    names: &[&str],
    take: &mut dyn FnMut(usize, Option<&mut Vec<u8>>),
) {
    if names.is_empty() {
        return;
    }
    let mut command = git(root, &["cat-file", "--batch", "--buffer"]);
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        return;
    };
    if let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) {
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut asked = BufWriter::new(stdin);
                for name in names {
                    if writeln!(asked, "{name}").is_err() {
                        break;
                    }
                }
            });
            let mut told = BufReader::with_capacity(1 << 16, stdout);
            let mut content = Vec::new();
            for place in 0..names.len() {
                match one(&mut told, &mut content) {
                    Ok(true) => take(place, Some(&mut content)),
                    Ok(false) => take(place, None),
                    Err(_) => break,
                }
            }
        });
    }
    // It has nothing left to do; what it says of that is of no use.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads `NAME blob SIZE` with its content, or `NAME missing`; whether there is a content.
fn one(told: &mut impl BufRead, content: &mut Vec<u8>) -> std::io::Result<bool> {
    content.clear();
    let mut head = String::new();
    if told.read_line(&mut head)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut words = head.split_ascii_whitespace().skip(1);
    let (kind, size) = (
        words.next(),
        words.next().and_then(|size| size.parse().ok()),
    );
    let Some(size) = size else { return Ok(false) };
    let size: u64 = size;
    let wanted = kind == Some("blob") && size <= LARGEST;
    let mut rest = Read::take(&mut *told, size);
    if wanted {
        rest.read_to_end(content)?;
    } else {
        std::io::copy(&mut rest, &mut std::io::sink())?;
    }
    told.read_exact(&mut [0])?;
    Ok(wanted)
}

/// Git, so that nothing in the folder's own configuration is executed: no hooks, no pagers, no filters, no network.
fn git(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(["--no-pager", "--no-optional-locks"])
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
            "-c",
            "i18n.logOutputEncoding=UTF-8",
        ])
        .args(arguments.iter().map(OsStr::new))
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stderr(Stdio::null());
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_EXTERNAL_DIFF",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    ] {
        command.env_remove(name);
    }
    command
}
