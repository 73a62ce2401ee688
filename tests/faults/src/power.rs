//! The power goes: an ext4 file system on a loop device is shut down without writing its log, as if the cable was pulled.

use crate::child::{Writing, command, merge};
use crate::notes::{self, Acknowledged};
use crate::random::Random;
use anyhow::{Context, Result, ensure};
use rustix::ioctl::{self, Setter};
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// `EXT4_IOC_SHUTDOWN`, a read of a `u32` with number 125 of type `X`.
const SHUTDOWN: ioctl::Opcode = 0x8004_587d;
/// `EXT4_GOING_FLAGS_NOLOGFLUSH`: do not even write the journal.
const NO_LOG_FLUSH: u32 = 2;

pub(crate) fn run(rounds: u64, writers: u64, seed: u64) -> Result<()> {
    let place = tempfile::tempdir()?;
    let image = place.path().join("disk.img");
    let disk = place.path().join("disk");
    std::fs::create_dir(&disk)?;
    File::create(&image)?.set_len(512 << 20)?;
    shell("mkfs.ext4", &["-q", "-F", text(&image)?])?;
    let result = cut(&image, &disk, rounds, writers, seed);
    let _ = Command::new("umount").arg(&disk).status();
    result
}

fn cut(image: &Path, disk: &Path, rounds: u64, writers: u64, seed: u64) -> Result<()> {
    let data = disk.join("data");
    let mut random = Random::new(seed);
    let mut acknowledged = Acknowledged::new();
    let (mut lost, mut torn) = (0, 0);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        shell("mount", &["-o", "loop", text(image)?, text(disk)?])?;
        let mut writer = command("child-write", &data)?;
        writer.args([
            "--writers",
            &writers.to_string(),
            "--seed",
            &(seed * 1000 + round).to_string(),
        ]);
        let mut writing = Writing::start(writer)?;
        std::thread::sleep(random.milliseconds(100, 900));
        writing.wait_for_one()?;
        shutdown(disk)?;
        // What is acknowledged from here on would be a lie, and counts as lost.
        std::thread::sleep(Duration::from_millis(50));
        let _ = writing.signal();
        merge(&mut acknowledged, writing.end()?);
        shell("umount", &[text(disk)?])?;
        shell("mount", &["-o", "loop", text(image)?, text(disk)?])?;
        let opening = Instant::now();
        let found = notes::check(&data, &acknowledged)?;
        slowest = slowest.max(opening.elapsed());
        lost += found.lost;
        torn += found.torn;
        shell("umount", &[text(disk)?])?;
    }
    let commits: u64 = acknowledged.values().sum();
    println!(
        "power: {rounds} rounds, {writers} writers: {commits} commits acknowledged, {lost} lost, {torn} notes torn; \
         opening and testing took {slowest:.0?} at most"
    );
    ensure!(
        commits >= rounds && lost == 0 && torn == 0,
        "power: not everything that was acknowledged is there"
    );
    Ok(())
}

fn shutdown(disk: &Path) -> Result<()> {
    let directory = File::open(disk)?;
    #[expect(
        unsafe_code,
        reason = "the kernel reads one number, as the opcode says"
    )]
    let result = unsafe { ioctl::ioctl(&directory, Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH)) };
    result.context("cannot shut the file system down")
}

fn shell(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(arguments)
        .status()
        .with_context(|| format!("cannot run `{program}`"))?;
    ensure!(
        status.success(),
        "`{program} {}` failed: are you root?",
        arguments.join(" ")
    );
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
