//! How much memory a folder of notes takes while it becomes N-Quads, and a digest of these, by which two versions of the converter are compared.
//!
//! `cargo run --release -p kenning-wiki --example room -- FOLDER [THREADS] [FILE]`
//!
//! The lines are counted and not kept, unless there is a FILE for them. The figure is the most that was allocated at once, counted by an allocator, and beside it what is
//! allowed: three times the largest file and 200 bytes for each link.
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
    let largest = largest(Path::new(&folder))?;
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
    let allowed = 3 * largest + 200 * links;
    println!(
        "{notes} notes, {links} links, {} quads, {:.1} MB of lines {}: {:.2} MB at most, {:.2} MB allowed, {} bytes for each note",
        done.triples,
        size as f64 / 1e6,
        hash.finalize().to_hex().get(..16).unwrap_or(""),
        most as f64 / 1e6,
        allowed as f64 / 1e6,
        most / notes.max(1),
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

fn largest(folder: &Path) -> std::io::Result<usize> {
    let mut most = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let meta = std::fs::symlink_metadata(&path)?;
        let size = if meta.is_dir() {
            largest(&path)?
        } else {
            usize::try_from(meta.len()).unwrap_or(usize::MAX)
        };
        most = most.max(size);
    }
    Ok(most)
}
