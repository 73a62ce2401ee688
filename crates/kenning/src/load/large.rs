//! Large files in plain notations: they are read in blocks on all cores and never held in memory.
//!
//! What comes of it is what comes of reading them one by one. Ontologies that import others are left to that way, since a
//! catalog has to be asked then.

use super::{MOST_PROBLEMS, older};
use crate::ontology::header::Header;
use crate::ontology::kind;
use crate::report::counted;
use crate::request::Place;
use crate::site::Site;
use anyhow::{Result, bail};
use kenning_access::Label;
use kenning_server::{Line, Outcome, Problem};
use kenning_store::{Cancel, Existing, LoadError, LoadOptions, Loading, Source, View};
use oxrdf::{NamedNode, Triple};
use oxrdfio::RdfFormat;
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;

/// Smaller files are read sooner than anybody notices.
pub(super) const LARGE: u64 = 32 << 20;

/// How much of a file tells its notation.
const HEAD: u64 = 64 << 10;

/// Loads files of at least `least` bytes together, or gives `None` and has changed nothing, where that is not for it to do.
/// Nothing of them is stored when `left` is set before the last has been read.
///
/// # Errors
/// When no file could be read, or the commit fails.
pub(super) fn run(
    site: &Site,
    files: &[Place],
    (label, graph): (Option<&Label>, Option<&NamedNode>),
    least: u64,
    view: &View,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Option<Outcome>> {
    let (mut sources, mut bytes) = (Vec::new(), 0);
    for file in files {
        let Some((source, length)) = source(site, file, graph) else {
            return Ok(None);
        };
        sources.push(source);
        bytes += length;
    }
    if bytes < least {
        return Ok(None);
    }
    let usual = Label::new(site.config().rules.default_level(), []);
    let imports = Cell::new(false);
    let headers = RefCell::new(Vec::new());
    let name = |_: usize, statements: &[Triple]| {
        let parts = statements
            .iter()
            .map(|triple| (&triple.subject, &triple.predicate, &triple.object));
        let header = Header::of(parts)?;
        imports.set(imports.get() || !header.imports.is_empty());
        let own = header.graph().clone();
        headers.borrow_mut().push(header);
        graph.is_none().then_some(own)
    };
    let (written, lowered) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let label_of = |name: &NamedNode, known: Option<&Label>| {
        let label = label.or(known).unwrap_or(&usual).clone();
        if known.is_some_and(|known| !known.flows_to(&label)) {
            lowered.borrow_mut().push(name.clone());
        }
        written.borrow_mut().push(name.clone());
        label
    };
    let options = LoadOptions {
        existing: Existing::Replace,
        name: Some(&name),
        label: &label_of,
        mistakes: Some(MOST_PROBLEMS),
        memory: available_memory(),
    };
    // What cannot be recorded is not done.
    site.log()?;
    let (mut current, mut refused, mut told) = (None, 0, false);
    let loaded = site.kb.load_with(sources, &options, &mut |loading| {
        match loading {
            Loading::Document(number) => {
                current = files.get(number);
                told = false;
            }
            Loading::Read(done) => report(Line::Progress {
                what: "triples".into(),
                done,
                total: None,
            }),
            Loading::Mistake(error) => {
                if let Some(file) = current {
                    let (line, told_now) = mistake(file, error);
                    report(line);
                    told |= told_now;
                }
            }
            Loading::Refused => {
                refused += 1;
                if let Some(file) = current.filter(|_| !told) {
                    let text = "not loaded, because of the problems above";
                    report(problem(file, text.to_owned()));
                }
                if refused == files.len() {
                    return ControlFlow::Break(());
                }
            }
            _ => {}
        }
        match imports.get() || left.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    if imports.get() {
        return Ok(None);
    }
    if refused == files.len() {
        bail!("nothing was loaded");
    }
    let loaded = loaded?;
    super::record(site, &written.take(), lowered.take())?;
    for header in headers.take() {
        older(view, &header, report);
    }
    let text = format!(
        "loaded {} in {}",
        counted(loaded.added, "triple", "triples"),
        counted(loaded.graphs, "graph", "graphs")
    );
    Ok(Some(match refused {
        0 => Outcome::done(text),
        1 => Outcome::done_with_problems(format!("{text}; 1 file was refused")),
        _ => Outcome::done_with_problems(format!("{text}; {refused} files were refused")),
    }))
}

/// A file as the knowledge base loads it, and its length in bytes; `None` if it cannot be read or is not of a plain notation.
fn source(site: &Site, file: &Place, graph: Option<&NamedNode>) -> Option<(Source<'static>, u64)> {
    let mut data = File::open(&file.path).ok()?;
    let length = data
        .metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)?
        .len();
    let mut head = Vec::new();
    data.by_ref().take(HEAD).read_to_end(&mut head).ok()?;
    data.rewind().ok()?;
    let format = kind::of(&file.shown, &head).ok()?;
    let is_plain = matches!(
        format,
        RdfFormat::NTriples | RdfFormat::NQuads | RdfFormat::Turtle | RdfFormat::TriG
    );
    let stem = file.path.file_stem();
    let own = site
        .base
        .ontology_graph(&stem.map_or("file".into(), |stem| stem.to_string_lossy()));
    let target = graph.cloned().unwrap_or(own);
    let source = Source {
        name: file.shown.clone(),
        format,
        base: Some(target.as_str().to_owned()),
        graph: Some(target),
        data: Box::new(data),
    };
    is_plain.then_some((source, length))
}

/// A problem of a file as a whole.
fn problem(file: &Place, text: String) -> Line {
    Line::Problem(Problem::of_file(&file.shown, text))
}

/// What is wrong in a file, with its place; and whether that says that the file was not loaded.
fn mistake(file: &Place, error: &LoadError) -> (Line, bool) {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match error {
        LoadError::Parse {
            line, column, text, ..
        } => {
            let problem = Problem::of_file(&file.shown, text);
            let problem = problem.at(number(*line), number(*column));
            (Line::Problem(problem), false)
        }
        LoadError::Read { cause, .. } => (problem(file, format!("cannot be read: {cause}")), true),
        error => (problem(file, error.to_string()), true),
    }
}

/// What a load may take: most of the memory that is free, so that it ends with a message before the system ends it (Linux).
/// A container may have less than the machine has.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    let read = |name: &str| std::fs::read_to_string(name).ok();
    let groups = [
        ["memory.max", "memory.current", "memory.stat"],
        [
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
            "memory/memory.stat",
        ],
    ];
    let group = groups.iter().find_map(|names| {
        let [limit, used, parts] = names.map(|name| read(&format!("/sys/fs/cgroup/{name}")));
        free_of_group(&limit?, &used?, &parts?)
    });
    let free = group
        .unwrap_or(u64::MAX)
        .min(kilobytes.saturating_mul(1024));
    Some(free / 10 * 9)
}

/// The memory that a control group has left, by its limit, by what it uses, and by the parts of that, of which the copies of
/// files can be given up; `None` without a limit.
fn free_of_group(limit: &str, used: &str, parts: &str) -> Option<u64> {
    let limit: u64 = limit.trim().parse().ok()?;
    let used: u64 = used.trim().parse().ok()?;
    let files = parts.lines().filter_map(|line| {
        let (name, bytes) = line.split_once(' ')?;
        let is_files = matches!(name, "active_file" | "inactive_file");
        bytes.parse::<u64>().ok().filter(|_| is_files)
    });
    Some(limit.saturating_sub(used.saturating_sub(files.sum())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::load::{Request, run as one_by_one};
    use kenning_access::Clearance;
    use kenning_store::{GraphPattern, KnowledgeBase, Options, Pattern};
    use std::collections::BTreeSet;

    fn site() -> Site {
        let kb = KnowledgeBase::in_memory(Options::default());
        Site::over(kb, Config::default(), None).unwrap()
    }

    fn view(site: &Site) -> View {
        site.kb.view(&Clearance::everything("a test"))
    }

    fn quads(site: &Site) -> BTreeSet<String> {
        let view = view(site);
        view.quads(Pattern::all(GraphPattern::Each))
            .map(|quad| {
                let quad = quad.unwrap();
                let all = [quad.subject, quad.predicate, quad.object, quad.graph];
                all.map(|id| view.term(id).to_string()).join(" ")
            })
            .chain(view.graphs().map(|graph| graph.name.into_string()))
            .collect()
    }

    fn said(line: &Line) -> Option<String> {
        match line {
            Line::Progress { .. } => None,
            line => Some(format!("{line:?}")),
        }
    }

    #[test]
    fn both_ways_of_loading_come_to_the_same() {
        let place = tempfile::tempdir().unwrap();
        let owl =
            "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <http://example.org/> .\n";
        let write = |name: &str, text: String| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            Place::of(&path)
        };
        let version = |number: u8| {
            format!("{owl}:o a owl:Ontology ; owl:versionIRI :o{number} . :s :p {number}.50 .")
        };
        let files = vec![
            write("one.ttl", version(1)),
            write("two.owl", version(2)),
            write(
                "plain.ttl",
                format!("{owl}:s :p <relative> , \"a\"@en-GB ."),
            ),
            write(
                "data.nq",
                "<urn:a> <urn:p> <urn:b> <urn:g> .\n<urn:a> <urn:p> <urn:c> .\n".to_owned(),
            ),
            write(
                "broken.ttl",
                format!("{owl}:s :p :o .\n:s :p ,\n:s :p :q ."),
            ),
            write("empty.trig", String::new()),
            write("noname.trig", "_:g { <urn:a> <urn:p> 1 }".to_owned()),
        ];
        let never = Cancel::new();
        for graph in [None, Some("urn:given")] {
            let (slow, fast) = (site(), site());
            let request = Request {
                files: files.clone(),
                graph: graph.map(str::to_owned),
                level: None,
                groups: Vec::new(),
                catalogs: Vec::new(),
            };
            for again in [false, true] {
                let (mut told, mut told_fast) = (Vec::new(), Vec::new());
                let outcome = one_by_one(&slow, &request, &never, &mut |line| {
                    told.extend(said(&line))
                })
                .unwrap();
                let graph = graph.map(NamedNode::new_unchecked);
                let wanted = (None, graph.as_ref());
                let report = &mut |line: Line| told_fast.extend(said(&line));
                let found = run(&fast, &files, wanted, 0, &view(&fast), &never, report).unwrap();
                assert_eq!(format!("{:?}", found.unwrap()), format!("{outcome:?}"));
                assert_eq!(quads(&fast), quads(&slow), "{graph:?}, again: {again}");
                told.sort();
                told_fast.sort();
                assert_eq!(told_fast, told);
            }
        }
    }

    #[test]
    fn copies_of_files_are_no_memory_that_is_missing() {
        let parts = "anon 300\nactive_file 40\ninactive_file 60\nfile 900\n";
        assert_eq!(free_of_group("1000\n", "500\n", parts), Some(600));
        assert_eq!(free_of_group("1000\n", "1200\n", ""), Some(0));
        assert_eq!(free_of_group("max\n", "500\n", parts), None);
    }

    /// The audit log tells of a large load as of a small one: that it was done, and which labels it lowered.
    #[test]
    fn both_ways_of_loading_are_recorded_alike() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data.nq");
        std::fs::write(&path, "<urn:a> <urn:p> <urn:b> <urn:g> .\n").unwrap();
        let files = [Place::of(&path)];
        let request = |level: &str| Request {
            files: files.to_vec(),
            graph: None,
            level: Some(level.to_owned()),
            groups: Vec::new(),
            catalogs: Vec::new(),
        };
        let recorded = |dir: &str, large: bool| {
            let dir = place.path().join(dir);
            let site = Site::open(&dir, Config::default(), None).unwrap();
            for level in ["confidential", "public"] {
                let request = request(level);
                let outcome = match large {
                    false => one_by_one(&site, &request, &Cancel::new(), &mut |_| ()).unwrap(),
                    true => {
                        let label = Label::new(site.kb.scale().parse_level(level).unwrap(), []);
                        let wanted = (Some(&label), None);
                        let view = view(&site);
                        let done =
                            run(&site, &files, wanted, 0, &view, &Cancel::new(), &mut |_| ());
                        done.unwrap().unwrap()
                    }
                };
                assert_eq!(outcome.code, 0, "{outcome:?}");
            }
            let text = std::fs::read_to_string(dir.join(crate::site::AUDIT)).unwrap();
            let events = text.lines().map(|line| {
                let record: serde_json::Value = serde_json::from_str(line).unwrap();
                ["who", "action", "target", "decision", "reason"].map(|key| record[key].to_string())
            });
            events.collect::<Vec<_>>()
        };
        let small = recorded("small", false);
        assert_eq!(small.len(), 3, "{small:?}");
        assert_eq!(recorded("large", true), small);
    }

    #[test]
    fn what_imports_others_is_not_for_here_and_neither_is_xml() {
        let place = tempfile::tempdir().unwrap();
        let text = "<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; \
                    <http://www.w3.org/2002/07/owl#imports> <urn:p> .";
        for (name, text) in [("a.ttl", text), ("a.rdf", "<rdf:RDF/>")] {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            let site = site();
            let files = [Place::of(&path)];
            let never = Cancel::new();
            let view = view(&site);
            let found = run(&site, &files, (None, None), 0, &view, &never, &mut |_| ()).unwrap();
            assert!(found.is_none());
            assert_eq!(quads(&site).len(), 0);
        }
    }
}
