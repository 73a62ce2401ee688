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

fn is_there(program: &str, argument: &str) -> bool {
    let status = Command::new(program)
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Whether a file system can be mounted here.
fn can_mount() -> bool {
    let place = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "kenning-faults"])
        .arg(place.path())
        .stderr(Stdio::null())
        .status();
    let mounted = mounted.is_ok_and(|status| status.success());
    if mounted {
        Command::new("umount").arg(place.path()).status().unwrap();
    }
    mounted
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
    if !can_mount() || !is_there("mkfs.ext4", "-V") {
        println!("skipped: needs root and mkfs.ext4");
        return;
    }
    run(&["power", "--rounds", "3", "--writers", "16"]);
}

#[test]
fn a_full_disk_is_said_so_and_passes() {
    if !can_mount() {
        println!("skipped: needs root");
        return;
    }
    run(&["full"]);
}
