//! How much memory a folder of notes takes while it becomes N-Quads, and a digest of these, by which two versions of the converter are compared.
//!
//! `cargo run --release -p kenning-wiki --example room -- FOLDER [THREADS] [FILE]`
//!
//! The lines are counted and not kept, unless there is a FILE for them. The figure is the most that was allocated at once, counted by an allocator, and beside it what is
//! allowed: three times the largest file and 200 bytes for each link.
#![allow(
    unsafe_code,
    clippy::print_stdout,
    reason = "an allocator is unsafe to write, and this prints"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use kenning_vocab::Base;
use kenning_wiki::{Progress, Rules, Wiki};

/// The system's allocator, with what is allocated now and what was at most.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(
            NOW.fetch_add(layout.size(), Relaxed) + layout.size(),
            Relaxed,
        );
        // SAFETY: as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as it came.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let threads = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut file = arguments.next().map(std::fs::File::create).transpose()?;
    let largest = largest(Path::new(&folder))?;
    let wiki = Wiki::open(Path::new(&folder), &Rules::default(), &Base::default())?;
    let wiki = wiki.with_threads(threads);
    let (mut hash, mut size) = (blake3::Hasher::new(), 0);
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let (mut walked, mut read) = (0, (0, 0));
    let mut report = |progress| match progress {
        Progress::Found(_) => walked = NOW.load(Relaxed) - before,
        Progress::Linking => {
            read = (MOST.load(Relaxed) - before, NOW.load(Relaxed) - before);
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
    let most = MOST.load(Relaxed) - before;
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
        mb(NOW.load(Relaxed) - before),
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
