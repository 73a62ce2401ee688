//! Conversion from nothing: all graphs of a wiki, in a fixed order, without keeping them.
//!
//! What a note says itself needs no other note, so it is handed on as soon as the note is read: notes come in the order of their paths.
//! What links mean needs all names, so the link graphs come last, in the same order. Between the two, only names and links are kept.

use std::collections::HashMap;

use kenning_access::Label;
use kenning_note::{Note, Part};
use oxrdf::NamedNode;

use crate::assemble::{Assembler, Made};
use crate::catalog::{Catalog, Entry, GraphKind};
use crate::change::{Progress, Summary};
use crate::dialect::{Guess, Readers};
use crate::file::Folder;
use crate::git::Told;
use crate::hints::Hints;
use crate::identifiers::Identifiers;
use crate::kept::Kept;
use crate::lines::{Lines, Spares};
use crate::memory::{Linked, naming};
use crate::packed::Triples;
use crate::problem::Located;
use crate::reading;
use crate::relink::{Fate, Relinker};
use crate::walk::{Found, Walk};
use crate::wiki::Wiki;
use crate::work::{Given, Piece, in_pieces};

/// What a conversion found beside triples.
#[derive(Debug)]
#[non_exhaustive]
pub struct Converted {
    /// All problems, in the order of paths and lines.
    pub problems: Vec<Located>,
    /// What there is, in numbers.
    pub summary: Summary,
    /// How many triples there are, counted once for each graph.
    pub triples: u64,
    /// By whose habits the notes were read, and what speaks for it.
    pub dialects: Vec<Guess>,
}

/// Takes a graph: its name, its label and its triples.
pub type Emit<'e, E> = dyn FnMut(&NamedNode, &Label, &Triples) -> Result<(), E> + 'e;

/// Takes some lines of N-Quads.
pub type Write<'e, E> = dyn FnMut(&[u8]) -> Result<(), E> + 'e;

impl Wiki {
    /// Converts the whole wiki. `emit` gets each graph once, with its label: first what the notes say, in the order of their paths,
    /// and then what their links mean, in the same order.
    ///
    /// The same folder gives the same graphs in the same order, on every machine and for any number of threads.
    ///
    /// # Errors
    /// What `emit` returns ends the conversion.
    pub fn convert<E>(
        &self,
        report: &mut dyn FnMut(Progress),
        emit: &mut Emit<'_, E>,
    ) -> Result<Converted, E> {
        self.run_conversion(report, &AsGraphs, &mut |(name, made)| {
            emit(&name, &made.label, &made.triples)
        })
    }

    /// Converts the whole wiki to N-Quads, without the labels: the graphs of [`Wiki::convert`] in their order. Lines are written on
    /// all threads, so this is the quickest way; `write` gets them in order, those of a large note in several pieces.
    ///
    /// # Errors
    /// What `write` returns ends the conversion.
    pub fn convert_nquads<E>(
        &self,
        report: &mut dyn FnMut(Progress),
        write: &mut Write<'_, E>,
    ) -> Result<Converted, E> {
        let form = AsLines::default();
        self.run_conversion(report, &form, &mut |bytes: Vec<u8>| {
            write(&bytes)?;
            form.spares.put(bytes);
            Ok(())
        })
    }

    fn run_conversion<F: Form, E>(
        &self,
        report: &mut dyn FnMut(Progress),
        form: &F,
        take: &mut dyn FnMut(F::Piece) -> Result<(), E>,
    ) -> Result<Converted, E> {
        let walk = self.walk();
        report(Progress::Found(walk.notes.len()));
        let readers = self.readers(&walk);
        let wiki = self.handing_down(&walk, &readers, &Catalog::empty());
        wiki.convert_walked(walk, &readers, report, form, take)
    }

    fn convert_walked<F: Form, E>(
        &self,
        walk: Walk,
        readers: &Readers,
        report: &mut dyn FnMut(Progress),
        form: &F,
        take: &mut dyn FnMut(F::Piece) -> Result<(), E>,
    ) -> Result<Converted, E> {
        let of = walk.notes.len();
        let (history, silence) = self.told(&walk);
        let weight = |found: &Found| found.size.saturating_mul(8) + 4_000;
        let head = crate::scan::fresh_head(self, readers);
        let mut linked = Linked::empty(self, &head);
        let habits = linked.index.habits().clone();
        let mut problems: Vec<Located> = self.problems().cloned().chain(silence).collect();
        let (mut done, mut triples) = (0, 0);
        let mut identifiers = Identifiers::default();
        let mut kept: Vec<(usize, Kept)> = Vec::new();
        let mut summary = Summary {
            read: of,
            ..Summary::default()
        };
        let path_of = |place: usize| {
            let found = walk.notes.get(place);
            found.map_or("", |found| found.path.as_str())
        };
        in_pieces(
            self.threads,
            &walk.notes,
            weight,
            || Folder::new(&self.root),
            |folder, found, hand| {
                let path = &found.path;
                let read = self.read_for_good(folder, form, readers, &history, path, hand);
                read.map(|(mut entry, count)| {
                    let hashes = habits.hashes(&naming(path, &entry));
                    let mut problems = std::mem::take(&mut entry.problems);
                    problems.append(&mut entry.label_problems);
                    // What many threads can do is not left to the one that takes.
                    let kept = Kept::of(&mut entry);
                    (entry, hashes, problems, kept, count)
                })
            },
            |place, given| {
                let result = match given {
                    Given::Piece(piece) => return take(piece),
                    Given::Result(result) => result,
                };
                done += 1;
                report(Progress::Read { done, of });
                match result {
                    Ok((entry, hashes, its, links, count)) => {
                        linked.add_for_good(path_of(place), &entry, &hashes);
                        problems.extend(its);
                        problems.extend(identifiers.add(path_of(place), &entry));
                        summary.notes += 1;
                        kept.push((place, links));
                        triples += count;
                    }
                    Err(why) => problems.push(Located::file(path_of(place), "unreadable", why)),
                }
                Ok(())
            },
        )?;
        summary.added = summary.notes;
        report(Progress::Linking);
        let mut known = HashMap::new();
        let mut hints = Hints::new(&linked.index, &mut known);
        in_pieces(
            self.threads,
            &kept,
            |(_, kept)| kept.size().saturating_mul(4),
            || Relinker::new(self, &linked, &walk.others),
            |relinker, (place, kept), hand| {
                let entry = kept.entry()?;
                let (count, fate) = form.links(self, relinker, path_of(*place), &entry, hand);
                // Who has nothing to be hinted at is not asked about any more.
                let entry = Hints::wanted(&fate.problems).then_some(entry);
                Some((count, fate, entry))
            },
            |_, given| {
                let linked = match given {
                    Given::Piece(piece) => return take(piece),
                    Given::Result(linked) => linked,
                };
                let Some((count, fate, entry)) = linked else {
                    return Ok(());
                };
                triples += count;
                summary.count(&fate.tally);
                for mut problem in fate.problems {
                    if let Some(entry) = &entry {
                        hints.add(entry, &mut problem);
                    }
                    problems.push(problem);
                }
                Ok(())
            },
        )?;
        let paths = walk.notes.iter().map(|found| found.path.as_str());
        problems.extend(self.lines_nowhere(paths));
        problems.extend(walk.problems);
        let dialects = readers.guesses();
        problems.extend(dialects.iter().flat_map(|guess| guess.problems.clone()));
        problems.sort();
        Ok(Converted {
            problems,
            summary,
            triples,
            dialects,
        })
    }

    /// A note that nobody will ask about again; hands on the graphs of what it says and of the facts about it, and counts their triples.
    fn read_for_good<F: Form>(
        &self,
        folder: &Folder<'_>,
        form: &F,
        readers: &Readers,
        history: &Told,
        path: &str,
        hand: &mut dyn FnMut(F::Piece),
    ) -> Result<(Entry, u64), String> {
        let (bytes, _) = folder.read(path, self.largest)?;
        let assembler = Assembler::new(self);
        let settings = readers.of(path);
        let manner = readers.manner(path);
        let read = reading::read(bytes, path, path, manner, &self.base, false);
        let mut entry = read.entry;
        assembler.label_all(path, &mut entry);
        let open = |bytes: &[u8]| reading::open_text(bytes, path, settings);
        entry.former = history.former(path).into_owned();
        let (said, label) = (&entry.said, entry.label().to_owned());
        entry
            .former
            .retain(|name| self.may_tell_former(name, said, &label));
        entry.history = history.revisions(&self.root, path, entry.units.len() > 1, &open);
        let count = form.note(self, path, &entry, &read.note, hand);
        entry.history = Vec::new();
        Ok((entry, count))
    }

    /// Graphs of the note at `path` with their names.
    fn named(&self, path: &str, made: Vec<Made>) -> Named {
        let named = made.into_iter().map(|made| {
            let text = self.rules.scale().write_label(&made.label);
            (self.minter().graph(path, &made.kind, &text), made)
        });
        named.collect()
    }

    /// Who wrote which note, where git knows, and where it does not tell.
    fn told(&self, walk: &Walk) -> (Told, Vec<Located>) {
        let known = Told::default();
        if !self.settings.git {
            return (known, Vec::new());
        }
        let (told, news) = Told::catch_up(&known, &self.root, &walk.repositories, &self.levels());
        (told, news.problems().collect())
    }
}

type Named = Vec<(NamedNode, Made)>;

/// What is made of graphs on the thread that made them, and handed on in order.
trait Form: Sync {
    /// What is handed on.
    type Piece: Piece;

    /// Of a graph. Says how many triples it has.
    fn graph(&self, name: NamedNode, made: Made, hand: &mut dyn FnMut(Self::Piece)) -> u64;

    /// Of what a note says and of the facts about it. Says how many triples that were.
    fn note(
        &self,
        wiki: &Wiki,
        path: &str,
        entry: &Entry,
        note: &Note,
        hand: &mut dyn FnMut(Self::Piece),
    ) -> u64 {
        self.graphs(graphs_of(wiki, path, entry, note), hand)
    }

    /// Of what the links of a note mean. Says how many triples that were, and how the links fared.
    fn links(
        &self,
        wiki: &Wiki,
        relinker: &mut Relinker<'_>,
        path: &str,
        entry: &Entry,
        hand: &mut dyn FnMut(Self::Piece),
    ) -> (u64, Fate) {
        let (links, fate) = relinker.link(path, entry);
        (self.graphs(wiki.named(path, links), hand), fate)
    }

    /// Of graphs, in their order.
    fn graphs(&self, graphs: Named, hand: &mut dyn FnMut(Self::Piece)) -> u64 {
        let graphs = graphs.into_iter();
        graphs
            .map(|(name, made)| self.graph(name, made, hand))
            .sum()
    }
}

/// The graphs of what a note says and of the facts about it.
fn graphs_of(wiki: &Wiki, path: &str, entry: &Entry, note: &Note) -> Named {
    let assembler = Assembler::new(wiki);
    let mut made = assembler.made(entry, note);
    made.push(assembler.meta(path, entry));
    wiki.named(path, made)
}

/// The graphs themselves.
struct AsGraphs;

impl Form for AsGraphs {
    type Piece = (NamedNode, Made);

    fn graph(&self, name: NamedNode, made: Made, hand: &mut dyn FnMut(Self::Piece)) -> u64 {
        let count = made.triples.len() as u64;
        hand((name, made));
        count
    }
}

impl Piece for (NamedNode, Made) {
    fn bytes(&self) -> u64 {
        self.1.triples.bytes() as u64
    }
}

/// Lines of N-Quads.
#[derive(Default)]
struct AsLines {
    spares: Spares,
}

impl Form for AsLines {
    type Piece = Vec<u8>;

    fn graph(&self, name: NamedNode, made: Made, hand: &mut dyn FnMut(Vec<u8>)) -> u64 {
        let mut lines = Lines::new(&self.spares, hand);
        let mut graph = lines.graph(&name);
        made.triples.write(&mut graph);
        lines.end()
    }

    fn note(
        &self,
        wiki: &Wiki,
        path: &str,
        entry: &Entry,
        note: &Note,
        hand: &mut dyn FnMut(Vec<u8>),
    ) -> u64 {
        if !wiki.rules.predicate_floors.is_empty() {
            return self.graphs(graphs_of(wiki, path, entry, note), hand);
        }
        let minter = wiki.minter();
        let parts = std::iter::once(Part::Note).chain((0..note.sections.len()).map(Part::Section));
        let mut lines = Lines::new(&self.spares, hand);
        for part in parts {
            let name = kenning_note::graph_name(note, part, minter.wiki, minter.base);
            let mut graph = lines.graph(&name);
            kenning_note::write(note, part, minter.wiki, minter.base, &mut graph);
        }
        let name = minter.graph(entry.identity(path), &GraphKind::Meta, "");
        Assembler::new(wiki).meta_into(path, entry, &mut lines.graph(&name));
        lines.end()
    }

    fn links(
        &self,
        wiki: &Wiki,
        relinker: &mut Relinker<'_>,
        path: &str,
        entry: &Entry,
        hand: &mut dyn FnMut(Vec<u8>),
    ) -> (u64, Fate) {
        if !wiki.rules.predicate_floors.is_empty() {
            let (links, fate) = relinker.link(path, entry);
            return (self.graphs(wiki.named(path, links), hand), fate);
        }
        let mut lines = Lines::new(&self.spares, hand);
        let fate = relinker.write(path, entry, &mut lines);
        (lines.end(), fate)
    }
}
