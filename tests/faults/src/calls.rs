//! The process ends, or the operating system refuses, at each system call of one commit in turn (with `strace`).

use crate::child::{Writing, command};
use crate::notes;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

/// All calls that change a file or wait for one.
const CALLS: &str = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate,rename,renameat,renameat2,\
                     unlink,unlinkat,openat,mkdir,flock";
/// Where a fault is put in before one is missed: many more calls than one commit has.
const MOST: u64 = 2000;

pub(crate) fn run() -> Result<()> {
    let (mut all_calls, mut all_acknowledged) = (0, 0);
    for (fault, what) in [
        ("signal=SIGKILL", "killed"),
        ("error=EIO", "refused with EIO"),
        ("error=ENOSPC", "refused with ENOSPC"),
    ] {
        for prepared in [false, true] {
            let (calls, acknowledged) = each_call(fault, prepared)?;
            all_calls += calls;
            all_acknowledged += acknowledged;
            let start = if prepared {
                "a store that is there"
            } else {
                "a new store"
            };
            println!(
                "calls: {start}, {what} at each of {calls} system calls: {acknowledged} commits acknowledged, 0 lost, 0 torn"
            );
        }
    }
    println!(
        "calls: killed or refused at {all_calls} system calls: {all_acknowledged} commits acknowledged, 0 lost, 0 torn"
    );
    Ok(())
}

/// Puts the fault into the first call, then into the second, until none is hit. Returns how many there were.
fn each_call(fault: &str, prepared: bool) -> Result<(u64, u64)> {
    let template = tempfile::tempdir()?;
    if prepared {
        for _ in 0..3 {
            let status = command("child-once", template.path())?
                .stdout(Stdio::null())
                .status()?;
            ensure!(status.success(), "the commit fails without a fault");
        }
    }
    let mut commits = 0;
    for when in 1..MOST {
        let directory = tempfile::tempdir()?;
        copy(template.path(), directory.path())?;
        let log = tempfile::NamedTempFile::new()?;
        let mut traced = Command::new("strace");
        traced
            .args(["-f", "-qq", "-e", &format!("trace={CALLS}"), "-e"])
            .arg(format!("inject={CALLS}:{fault}:when={when}"))
            .arg("-o")
            .arg(log.path())
            .arg(std::env::current_exe()?)
            .arg("child-once")
            .arg(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let (_, acknowledged) = Writing::start(traced)
            .context("is strace installed?")?
            .finish()?;
        commits += acknowledged.len() as u64;
        let found = notes::check(directory.path(), &acknowledged)
            .with_context(|| format!("{fault} at call {when}"))?;
        ensure!(
            found.lost == 0 && found.torn == 0,
            "{fault} at call {when}: {found:?}"
        );
        // The next writer goes on as if nothing had been.
        let status = command("child-once", directory.path())?
            .stdout(Stdio::null())
            .status()?;
        ensure!(
            status.success(),
            "{fault} at call {when}: the next commit fails"
        );
        let log = std::fs::read_to_string(log.path())?;
        if !log.contains("INJECTED") && !log.contains("killed by SIGKILL") {
            return Ok((when - 1, commits));
        }
    }
    anyhow::bail!("one commit has more than {MOST} system calls")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
