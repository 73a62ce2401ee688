//! A repository that is made for a test, and who wrote what by it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic, and not every test uses everything"
)]

use crate::common::{Folder, World};
use kenning_vocab::{Base, km};
use kenning_wiki::Rules;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A repository whose wiki lies in the folder `wiki` of it, or is the whole of it.
pub struct Repository {
    pub folder: Folder,
    pub top: PathBuf,
}

impl Repository {
    /// `None` where there is no git.
    pub fn new(whole: bool) -> Option<Self> {
        let folder = Folder::new(&[]);
        let top = if whole {
            folder.path()
        } else {
            folder.path().parent().unwrap().to_owned()
        };
        let repository = Self { folder, top };
        if Command::new("git")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_err()
        {
            println!("skipped: there is no git");
            return None;
        }
        repository.git("2026-01-01", &["init", "-q", "-b", "main"]);
        Some(repository)
    }

    /// Runs git as nobody in particular, on this day.
    pub fn git(&self, day: &str, arguments: &[&str]) {
        let time = format!("{day}T12:00:00Z");
        let done = Command::new("git")
            .current_dir(&self.top)
            .args([
                "-c",
                "user.name=Nobody",
                "-c",
                "user.email=nobody@example.org",
            ])
            .args([
                "-c",
                "commit.gpgsign=false",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .env("GIT_AUTHOR_DATE", &time)
            .env("GIT_COMMITTER_DATE", &time)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "git {arguments:?}");
    }

    pub fn commit(&self, day: &str, author: &str, message: &str) {
        self.git(day, &["add", "-A"]);
        let author = format!("--author={author}");
        self.git(
            day,
            &["commit", "-q", "--allow-empty", &author, "-m", message],
        );
    }

    pub fn world(&self) -> World {
        World::of(&self.folder.path(), &Rules::default())
    }
}

/// Author, day and lines of each revision of a note, the latest first.
pub fn revisions(world: &World, path: &str) -> Vec<(String, String, String)> {
    let name = Base::default().meta_graph("wiki", path);
    let (_, triples) = &world.0[name.as_str()];
    let object = |subject: &str, predicate: &str| -> String {
        let start = format!("{subject} {predicate} ");
        let found = triples
            .iter()
            .find_map(|triple| triple.strip_prefix(&start));
        let found = found.unwrap_or_else(|| panic!("{start} in {triples:#?}"));
        found
            .trim_start_matches('"')
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let of = format!(" {} ", km::REVISION_OF);
    let mut found: Vec<(String, String, String)> = triples
        .iter()
        .filter_map(|triple| triple.split_once(&of))
        .map(|(revision, _)| {
            let start = format!("{revision} <http://www.w3.org/ns/prov#wasAttributedTo> ");
            let agents = triples
                .iter()
                .filter_map(|triple| triple.strip_prefix(&start));
            let mut names: Vec<String> = agents
                .map(|agent| object(agent, "<http://xmlns.com/foaf/0.1/name>"))
                .collect();
            names.sort();
            let time = object(revision, "<http://www.w3.org/ns/prov#generatedAtTime>");
            (
                names.join(" + "),
                time.chars().take(10).collect(),
                object(revision, &km::AUTHORED_LINES.to_string()),
            )
        })
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

pub fn row(author: &str, day: &str, lines: &str) -> (String, String, String) {
    (author.to_owned(), day.to_owned(), lines.to_owned())
}

pub const ADA: &str = "Ada Bell <ada@example.org>";
pub const BEN: &str = "Ben Cole <ben@example.org>";
