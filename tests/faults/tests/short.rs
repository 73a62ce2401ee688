//! A short version of the fault suite, for every run of the tests. The long one: see `README.md` beside this crate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

use std::process::{Command, Stdio};

fn run(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_kenning-faults"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{arguments:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{text}");
}

/// Whether a file system can be mounted here, in the way that these arguments say.
fn can_mount(arguments: &[&str]) -> bool {
    let place = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(arguments)
        .arg(place.path())
        .stderr(Stdio::null())
        .status();
    let mounted = mounted.is_ok_and(|status| status.success());
    if mounted {
        Command::new("umount").arg(place.path()).status().unwrap();
    }
    mounted
}

/// Whether there are loop devices for file systems in files: a container may have none, even for root.
fn has_loop_devices() -> bool {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(8 << 20).unwrap();
    let path = image.path().to_str().unwrap();
    let made = Command::new("mkfs.ext4")
        .args(["-q", "-F", path])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    made.is_ok_and(|status| status.success()) && can_mount(&["-o", "loop", path])
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    run(&["kill", "--rounds", "10"]);
}

#[test]
fn a_flipped_bit_is_reported_or_changes_nothing() {
    run(&["flips", "--rounds", "30"]);
}

#[test]
fn replacing_a_note_does_not_fill_the_disk() {
    run(&["replace", "--rounds", "500"]);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    if !has_loop_devices() {
        println!("skipped: needs root, mkfs.ext4 and a loop device");
        return;
    }
    run(&["power", "--rounds", "3", "--writers", "16"]);
}

#[test]
fn a_full_disk_is_said_so_and_passes() {
    if !can_mount(&["-t", "tmpfs", "-o", "size=1m", "kenning-faults"]) {
        println!("skipped: needs root");
        return;
    }
    run(&["full"]);
}
