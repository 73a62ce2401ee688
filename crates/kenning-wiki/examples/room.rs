//! How much memory a folder of notes takes while it becomes N-Quads, and a digest of these, by which two versions of the converter are compared.
//!
//! `cargo run --release -p kenning-wiki --example room -- FOLDER [THREADS] [FILE]`
//!
//! The lines are counted and not kept, unless there is a FILE for them. The figure is the most that was allocated at once, counted by an allocator, and beside it what is
//! allowed: three times the largest file and 200 bytes for each link. Of a note's links to one name only the first is counted by the
//! converter, and those to the web are not; as written they are all counted.
#![allow(clippy::print_stdout, reason = "it prints")]

#[path = "../tests/common/counting.rs"]
mod counting;

use std::path::Path;

use kenning_vocab::Base;
use kenning_wiki::{Progress, Rules, Wiki};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let threads = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut file = arguments.next().map(std::fs::File::create).transpose()?;
    let mut files = Files::default();
    files.look(Path::new(&folder))?;
    let wiki = Wiki::open(Path::new(&folder), &Rules::default(), &Base::default())?;
    let wiki = wiki.with_threads(threads);
    let (mut hash, mut size) = (blake3::Hasher::new(), 0);
    let before = counting::begin();
    let (mut walked, mut read) = (0, (0, 0));
    let mut report = |progress| match progress {
        Progress::Found(_) => walked = counting::now() - before,
        Progress::Linking => {
            read = (counting::most() - before, counting::now() - before);
        }
        _ => {}
    };
    let done = wiki.convert_nquads(&mut report, &mut |lines| {
        hash.update(lines);
        size += lines.len();
        match &mut file {
            Some(file) => std::io::Write::write_all(file, lines),
            None => Ok(()),
        }
    })?;
    let most = counting::most() - before;
    let (notes, links) = (done.summary.notes, done.summary.links as usize);
    let allowed = |links: usize| (3 * files.largest + 200 * links) as f64 / 1e6;
    println!(
        "{notes} notes, {} quads, {:.1} MB of lines {}: {:.2} MB at most, {:.2} MB allowed for {links} links, {:.2} MB for {} as written",
        done.triples,
        size as f64 / 1e6,
        hash.finalize().to_hex().get(..16).unwrap_or(""),
        most as f64 / 1e6,
        allowed(links),
        allowed(files.links),
        files.links,
    );
    let mb = |bytes: usize| format!("{:.2} MB", bytes as f64 / 1e6);
    println!(
        "    {} after the walk, {} at most while reading, {} kept for the links, {} kept at the end with {} problems",
        mb(walked),
        mb(read.0),
        mb(read.1),
        mb(counting::now() - before),
        done.problems.len(),
    );
    Ok(())
}

/// What the files of a folder weigh.
#[derive(Default)]
struct Files {
    /// Bytes of the largest one.
    largest: usize,
    /// Links of Markdown notes, as they are written.
    links: usize,
}

impl Files {
    fn look(&mut self, folder: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let meta = std::fs::symlink_metadata(&path)?;
            if meta.is_dir() {
                self.look(&path)?;
                continue;
            }
            self.largest = self.largest.max(meta.len() as usize);
            let ending = path.extension().and_then(|ending| ending.to_str());
            if meta.is_file() && matches!(ending, Some("md" | "mdx")) {
                let text = std::fs::read(&path)?;
                let settings = kenning_note::Settings::default();
                let note = kenning_note::read(&text, "note.md", &settings).note;
                self.links += note.content.links.len();
            }
        }
        Ok(())
    }
}
