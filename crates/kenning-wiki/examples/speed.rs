//! How long a wiki takes: `cargo run --release -p kenning-wiki --example speed [FOLDER]...`
//!
//! Without a folder, a wiki of 10,000 notes is made up. For each folder it prints what there is, the time of a conversion from
//! nothing, of a scan without a change, and of a scan after one edit (on a copy made up of the notes; given folders are not touched).
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for measuring"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use kenning_vocab::Base;
use kenning_wiki::{Catalog, Rules, Wiki};

fn main() {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    if folders.is_empty() {
        let folder = tempfile::tempdir().unwrap();
        make_up(folder.path(), 10_000);
        // Files that were written just now are read again; these are older.
        std::thread::sleep(Duration::from_millis(2_100));
        measure(folder.path());
        edit(folder.path());
    }
    for folder in folders {
        measure(Path::new(&folder));
    }
}

fn measure(folder: &Path) {
    let wiki = |threads| {
        let wiki = Wiki::open(folder, &Rules::default(), &Base::default()).unwrap();
        wiki.with_threads(threads)
    };
    println!("{}: {:?}", folder.display(), wiki(1).dialect().evidence);
    let mut catalog = Catalog::empty();
    for threads in [1, 2] {
        let begun = Instant::now();
        let scan = wiki(threads).scan(&Catalog::empty(), &mut |_| ());
        let took = begun.elapsed();
        let changes = scan.changes.iter().flat_map(|change| &change.graphs);
        let triples: usize = changes
            .filter_map(|graph| graph.put.as_ref())
            .map(|(_, triples)| triples.len())
            .sum();
        println!(
            "  {threads} threads: {took:?}, {triples} triples, {} problems",
            scan.problems.len()
        );
        if threads == 2 {
            println!("  {:?}", scan.summary);
            catalog = scan.catalog;
        }
    }
    let begun = Instant::now();
    let bytes = catalog.to_bytes();
    let written = begun.elapsed();
    let begun = Instant::now();
    let catalog = Catalog::from_bytes(&bytes).unwrap();
    println!(
        "  catalog: {} bytes, written in {written:?}, read in {:?}",
        bytes.len(),
        begun.elapsed()
    );
    let begun = Instant::now();
    let scan = wiki(2).scan(&catalog, &mut |_| ());
    println!(
        "  unchanged: {:?}, {} changes",
        begun.elapsed(),
        scan.changes.len()
    );
}

fn edit(folder: &Path) {
    let open = || Wiki::open(folder, &Rules::default(), &Base::default()).unwrap();
    let known = open().scan(&Catalog::empty(), &mut |_| ()).catalog;
    let (_, edited) = note(77);
    std::fs::write(
        folder.join("d77/note-77.md"),
        format!("{edited}\nOne more [[Note 5]].\n"),
    )
    .unwrap();
    let begun = Instant::now();
    let scan = open().scan(&known, &mut |_| ());
    println!(
        "  one edit: {:?}, {} changes",
        begun.elapsed(),
        scan.changes.len()
    );
    let text = "---\ntitle: Another title\n---\nText about [[Note 9]].\n";
    std::fs::write(folder.join("d78/note-78.md"), text).unwrap();
    let begun = Instant::now();
    let scan = open().scan(&known, &mut |_| ());
    println!(
        "  one edit and one title: {:?}, {} changes",
        begun.elapsed(),
        scan.changes.len()
    );
}

fn make_up(folder: &Path, notes: usize) {
    for place in 0..notes {
        let (path, text) = note(place);
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

/// A note of about 2 kB with a dozen links.
fn note(place: usize) -> (String, String) {
    let mut text = format!(
        "---\ntitle: Note {place}\naliases: [alias {place}]\ntags: [t{}]\n---\n\n",
        place % 50
    );
    for part in 0..6 {
        let (one, other) = (
            (place * 7 + part * 131) % 10_000,
            (place * 13 + part * 977) % 10_000,
        );
        text.push_str(&format!(
            "## Part {part}\n\nWhat is known about [[Note {one}]] rests on what people tell each other, and on \
             [[alias {other}|something]] that was written down long ago. It is checked once a year. ^[source-{}.md]\n\n\
             A second paragraph says more of it, at some length, so that there is something to read and to cut into \
             passages, and it mentions [[Nobody {part}]].\n\n",
            place % 40
        ));
    }
    (format!("d{}/note-{place}.md", place % 100), text)
}
