//! The `git` program, run so that nothing of what the repository says is executed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// What git prints, as text.
pub(super) fn run(root: &Path, arguments: &[&str]) -> Option<String> {
    let bytes = run_bytes(root, arguments)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs git so that nothing in the folder's own configuration is executed: no hooks, no pagers, no filters, no network.
pub(super) fn run_bytes(root: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
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
        .args(arguments.iter().map(OsStr::new))
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
