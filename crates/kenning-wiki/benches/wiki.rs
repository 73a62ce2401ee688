//! How long a folder of 10,000 notes takes: from nothing, unchanged, and after one edit; on one thread and on two.
//!
//! `cargo bench -p kenning-wiki` makes the folder, runs each case several times and prints the best wall time and the CPU time of that
//! run. `cargo bench -p kenning-wiki -- --notes 2000` takes another number of notes, `--folder DIR` a copy of a folder
//! that is there: notes are edited here, and those are somebody's. `--vaults DIR` only converts, each folder that is in DIR.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark may end in a panic, and prints what it found"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kenning_vocab::Base;
use kenning_wiki::{Catalog, Memory, Rules, Scan, Touched, Wiki};
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let runs = value("--runs").map_or(5, |text| text.parse().unwrap());
    if let Some(folder) = value("--vaults") {
        return vaults(Path::new(&folder), runs);
    }
    let notes = value("--notes").map_or(10_000, |text| text.parse().unwrap());
    let made = tempfile::tempdir().unwrap();
    let folder = match value("--folder") {
        Some(folder) => {
            let copied = made.path().join("wiki");
            copy(Path::new(&folder), &copied);
            copied
        }
        None => {
            let folder = made.path().join("wiki");
            make(&folder, notes);
            folder
        }
    };
    let bytes = size_of(&folder);
    let done = open(&folder)
        .convert_nquads(&mut |_| (), &mut |_| Ok::<(), std::convert::Infallible>(()))
        .unwrap();
    let (notes, quads) = (done.summary.notes, done.triples);
    println!(
        "{notes} notes, {:.1} MB, {quads} quads, best of {runs} runs",
        bytes as f64 / 1e6
    );
    println!("{:<44} {:>10} {:>10}", "", "wall ms", "CPU ms");

    let mut walls = Vec::new();
    for threads in [1, 2] {
        let wiki = open(&folder).with_threads(threads);
        let (wall, cpu) = best(runs, || {
            let mut out = 0;
            wiki.convert_nquads(&mut |_| (), &mut |bytes: &[u8]| {
                out += bytes.len();
                Ok::<(), std::convert::Infallible>(())
            })
            .unwrap();
            assert!(out > 0);
        });
        line(
            &format!("convert to N-Quads in memory, {threads} threads"),
            wall,
            cpu,
        );
        let seconds = cpu.as_secs_f64();
        println!(
            "{:<44} {:>10.1} MB/s, {:.0} notes/s, {:.2} M quads/s per CPU second",
            "",
            bytes as f64 / 1e6 / seconds,
            notes as f64 / seconds,
            quads as f64 / 1e6 / seconds
        );
        walls.push(wall);
    }
    scaling(&walls);

    walls.clear();
    for threads in [1, 2] {
        let wiki = open(&folder).with_threads(threads);
        let (wall, cpu) = best(runs, || scan(&wiki, &Catalog::empty()));
        line(
            &format!("first scan, all triples kept, {threads} threads"),
            wall,
            cpu,
        );
        walls.push(wall);
    }
    scaling(&walls);

    let wiki = open(&folder);
    let catalog = settled(&wiki, &folder);
    let (wall, cpu) = best(runs, || {
        let scan = scan(&wiki, &catalog);
        assert_eq!((scan.changes.len(), scan.summary.read), (0, 0));
    });
    line("unchanged, from the catalog", wall, cpu);

    let stored: Vec<(String, Vec<u8>)> = catalog.parts(&Catalog::empty()).notes;
    let head = catalog.parts(&Catalog::empty()).head.unwrap();
    let (wall, cpu) = best(runs, || {
        let notes = stored
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        let read = Catalog::from_parts(&head, None, notes).unwrap();
        assert_eq!(read.len(), catalog.len());
    });
    line("catalog read from what is stored", wall, cpu);

    for (what, names) in [("one edit", false), ("one edit of a title", true)] {
        let mut memory = Memory::new();
        let mut known = wiki
            .scan_with(&catalog, &mut memory, &Touched::Anything, &mut |_| ())
            .catalog;
        let path = a_note(&known);
        let mut number = 0;
        for watched in [false, true] {
            let touched = if watched {
                Touched::Paths([path.clone()].into())
            } else {
                Touched::Anything
            };
            let (wall, cpu) = best(runs.max(8), || {
                number += 1;
                edit(&folder.join(&path), number, names);
                let scan = wiki.scan_with(&known, &mut memory, &touched, &mut |_| ());
                assert_eq!(scan.summary.read, 1);
                assert!(!scan.changes.is_empty());
                assert!(!scan.catalog.parts(&known).notes.is_empty());
                known = scan.catalog;
            });
            let how = if watched {
                "file named"
            } else {
                "folder walked"
            };
            line(&format!("{what}, remembered, {how}"), wall, cpu);
        }
    }
}

/// One line for each folder in a folder: what a CPU second converts of it.
fn vaults(folder: &Path, runs: usize) {
    println!(
        "{:<20} {:>6} {:>7} {:>8} {:>8} {:>10} {:>8}",
        "on one thread", "notes", "MB", "quads", "MB/s", "notes/s", "quads/s"
    );
    let entries = std::fs::read_dir(folder).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let (mut notes, mut quads) = (0, 0);
        let wiki = open(&folder).with_threads(1);
        let (_, cpu) = best(runs, || {
            let done = wiki
                .convert_nquads(&mut |_| (), &mut |_| Ok::<(), std::convert::Infallible>(()))
                .unwrap();
            (notes, quads) = (done.summary.notes, done.triples);
        });
        let (bytes, seconds) = (size_of(&folder) as f64 / 1e6, cpu.as_secs_f64());
        println!(
            "{:<20} {notes:>6} {bytes:>7.2} {quads:>8} {:>8.1} {:>10.0} {:>7.2}M",
            folder.file_name().unwrap().to_string_lossy(),
            bytes / seconds,
            notes as f64 / seconds,
            quads as f64 / 1e6 / seconds
        );
    }
}

fn open(folder: &Path) -> Wiki {
    Wiki::open(folder, &Rules::default(), &Base::default()).unwrap()
}

fn scan(wiki: &Wiki, known: &Catalog) -> Scan {
    wiki.scan(known, &mut |_| ())
}

/// A catalog of files that are old enough to be known by their looks.
fn settled(wiki: &Wiki, folder: &Path) -> Catalog {
    let mut catalog = scan(wiki, &Catalog::empty()).catalog;
    while scan(wiki, &catalog).summary.read > 0 {
        std::thread::sleep(Duration::from_millis(500));
        catalog = scan(wiki, &catalog).catalog;
    }
    let _ = folder;
    catalog
}

fn a_note(catalog: &Catalog) -> String {
    let place = catalog.len() / 2;
    catalog.paths().nth(place).unwrap().to_owned()
}

fn edit(file: &Path, number: usize, names: bool) {
    let text = std::fs::read_to_string(file).unwrap();
    let text = if names {
        let (head, rest) = text.split_once('\n').unwrap();
        let (_, rest) = rest.split_once('\n').unwrap();
        format!("{head}\ntitle: A title of its own {number}\n{rest}")
    } else {
        format!("{text}\nEdited for the {number}th time, see [[Bellows 17]].\n")
    };
    std::fs::write(file, text).unwrap();
}

fn scaling(walls: &[Duration]) {
    if let [one, two] = walls {
        println!(
            "{:<44} {:>10.2} times",
            "",
            one.as_secs_f64() / two.as_secs_f64()
        );
    }
}

fn line(what: &str, wall: Duration, cpu: Duration) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{what:<44} {:>10.1} {:>10.1}", ms(wall), ms(cpu));
}

/// The quickest of several runs, with its CPU time over all threads. What the work gives is dropped outside the time.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..runs {
        let (wall, cpu) = (Instant::now(), cpu());
        let made = work();
        best = best.min((wall.elapsed(), self::cpu() - cpu));
        drop(made);
    }
    best
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap(),
        time.tv_nsec.try_into().unwrap(),
    )
}

fn is_note(file: &Path) -> bool {
    let endings = ["md", "markdown", "txt", "org", "tid", "wiki", "html", "htm"];
    file.extension()
        .is_some_and(|ending| endings.iter().any(|known| ending == *known))
}

/// Copies the files below a folder, as files that may be written.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            std::fs::write(to, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// The bytes of the notes below a folder.
fn size_of(folder: &Path) -> u64 {
    let mut size = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        size += if meta.is_dir() {
            size_of(&entry.path())
        } else if is_note(&entry.path()) {
            meta.len()
        } else {
            0
        };
    }
    size
}

/// Notes as people write them: front matter, headings, links of several kinds, citations, a few words each.
fn make(folder: &Path, notes: usize) {
    const THINGS: [&str; 8] = [
        "Bellows",
        "Reed",
        "Pipe",
        "Stop",
        "Tracker",
        "Pallet",
        "Swell box",
        "Wind chest",
    ];
    const SENTENCES: [&str; 6] = [
        "The leather is glued on three sides and left to dry for a night",
        "Nobody wrote down why the channel is cut at that angle",
        "A cold room shifts the pitch more than a long drive does",
        "What was learnt in the last workshop went into the next instrument",
        "The table of scales gives the width and not the reason for it",
        "Two of us heard the same noise and named different causes",
    ];
    let name = |number: usize| format!("{} {number}", THINGS[number % THINGS.len()]);
    for number in 0..notes {
        let folder = folder.join(format!("part {:02}", number % 40));
        std::fs::create_dir_all(&folder).unwrap();
        let mut text = format!(
            "---\ntitle: {}\naliases: [\"{} no. {number}\"]\ntags: [workshop, {}]\ncreated: 2026-0{}-1{}\nsources: [book-{}.md]\n---\n\n# {}\n",
            name(number),
            THINGS[number % THINGS.len()].to_lowercase(),
            THINGS[(number / 8) % THINGS.len()]
                .to_lowercase()
                .replace(' ', "-"),
            number % 9 + 1,
            number % 9,
            number % 50,
            name(number),
        );
        for paragraph in 0..5 {
            let to = name((number * 7 + paragraph * 131 + 3) % notes.max(1));
            let at = number + paragraph;
            let _ = write!(
                text,
                "\n{}, as [[{to}]] shows. ^[book-{}.md]\n{}; {}.\n",
                SENTENCES[at % 6],
                at % 50,
                SENTENCES[(at + 1) % 6],
                SENTENCES[(at + 2) % 6].to_lowercase(),
            );
            if paragraph == 2 {
                text.push_str("\n## What follows\n");
            }
        }
        let _ = write!(
            text,
            "\n- needs:: [[{}]]\n- see [the other one](<../part {:02}/{}.md>)\n- wanted: [[Nothing called {number}]]\n",
            name((number + 11) % notes.max(1)),
            (number + 1) % notes.max(1) % 40,
            name((number + 1) % notes.max(1)),
        );
        std::fs::write(folder.join(format!("{}.md", name(number))), text).unwrap();
    }
}
