//! `kenning config` says what file, environment and flags come to together.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::process::Command;

fn said(arguments: &[&str], environment: &[(&str, &str)]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kenning"));
    command.arg("config").args(arguments);
    for name in ["KENNING_LISTEN", "KENNING_BASE_URL", "KENNING_CONFIG"] {
        command.env_remove(name);
    }
    let out = command.envs(environment.iter().copied()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&out.stdout), text(&out.stderr))
}

/// The value of a line.
fn value(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no `{name}` in {text}"))
        .trim()
        .to_owned()
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.toml");
    std::fs::write(
        &file,
        "base_url = \"https://file.example/\"\n[server]\nlisten = \"127.0.0.1:1111\"\nsitemap = true\n",
    )
    .unwrap();
    let file = file.display().to_string();
    let of_file = ["--config", &file];
    let (text, _) = said(&of_file, &[]);
    assert_eq!(value(&text, "listen"), "127.0.0.1:1111");
    assert_eq!(value(&text, "base URL"), "https://file.example/");
    assert_eq!(value(&text, "sitemap"), "yes");
    let environment = [
        ("KENNING_LISTEN", "127.0.0.1:2222"),
        ("KENNING_BASE_URL", "https://environment.example/"),
    ];
    let (text, _) = said(&of_file, &environment);
    assert_eq!(value(&text, "listen"), "127.0.0.1:2222");
    assert_eq!(value(&text, "base URL"), "https://environment.example/");
    let with_flags = [
        "--config",
        &file,
        "--listen",
        "127.0.0.1:3333",
        "--base-url",
        "https://flag.example/",
        "--default-graph",
        "own",
        "--wiki-level",
        "public",
    ];
    let (text, _) = said(&with_flags, &environment);
    assert_eq!(value(&text, "listen"), "127.0.0.1:3333");
    assert_eq!(value(&text, "base URL"), "https://flag.example/");
    assert_eq!(value(&text, "queries read"), "the graph without a name");
    assert_eq!(value(&text, "default level"), "public");
}

#[test]
fn without_anything_it_says_what_is_usual() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let (text, error) = said(&["--data", &data], &[]);
    assert_eq!(error, "");
    assert_eq!(value(&text, "listen"), "127.0.0.1:7878");
    assert_eq!(value(&text, "data"), data);
    let (_, error) = said(&["--wiki-level", "secret"], &[]);
    assert!(error.contains("secret"), "{error}");
}
