//! Cases in Markdown: data with labels, what is asked of it, and the answer, which is compared whole.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part")]

use std::fmt::Write as _;
use std::path::Path;

use kenning_access::Label;
use kenning_store::{Batch, KnowledgeBase, Options};
use kenning_vocab::{Base, ontologies};
use oxrdf::{NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfParser};

const PREFIXES: &str = "\
@prefix n: <http://localhost:7878/id/note/w/> .
@prefix c: <http://localhost:7878/id/concept/w/> .
@prefix t: <http://localhost:7878/id/name/> .
@prefix p: <http://localhost:7878/id/agent/> .
@prefix s: <http://localhost:7878/id/source/> .
@prefix r: <http://localhost:7878/id/record/x/> .
@prefix g: <http://localhost:7878/id/graph/note/w/> .
";

pub const TODAY: &str = "2026-11-21";

pub fn triples(turtle: &str) -> Vec<Triple> {
    let mut text = String::from(PREFIXES);
    for (prefix, namespace) in kenning_vocab::prefixes() {
        writeln!(text, "@prefix {prefix}: <{namespace}> .").unwrap();
    }
    text.push_str(turtle);
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(&text)
        .map(|quad| {
            let quad = quad.unwrap_or_else(|error| panic!("{error} in\n{turtle}"));
            Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect()
}

/// A knowledge base with the built-in ontologies, which are public.
pub fn with_ontologies() -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for ontology in ontologies() {
        batch.put_graph(
            Base::default().ontology_graph(ontology.name),
            Label::public(),
            triples(ontology.text),
        );
    }
    kb.commit(batch).unwrap();
    kb
}

/// Runs every case in a folder. `answer` answers a block that is neither data nor an answer: its words are the kind of block
/// and what follows it. `after` sees the store of each case when all of it has been read.
///
/// `KENNING_BLESS=1` writes the answers that came.
pub fn run(
    folder: &Path,
    answer: &mut dyn FnMut(&KnowledgeBase, &[&str]) -> String,
    after: &mut dyn FnMut(&KnowledgeBase, &str),
) {
    let bless = std::env::var_os("KENNING_BLESS").is_some();
    let mut wrong = String::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut out = String::new();
        let mut kb = with_ontologies();
        let mut case = String::new();
        let mut graphs = 0;
        let mut came: Option<String> = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            out.push_str(line);
            out.push('\n');
            if line.starts_with("# ") {
                after(&kb, &case);
                case = line.to_owned();
                kb = with_ontologies();
            }
            let Some(info) = line.strip_prefix("```") else {
                continue;
            };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block: String = block.iter().map(|line| format!("{line}\n")).collect();
            let words: Vec<&str> = info.split_whitespace().collect();
            match words[0] {
                "data" => {
                    graphs += 1;
                    let name = match words.get(2) {
                        Some(name) => format!("http://localhost:7878/id/graph/note/w/{name}"),
                        None => format!("http://localhost:7878/id/graph/record/{graphs}"),
                    };
                    let mut batch = Batch::new();
                    let label = kb.scale().parse_label(words[1]).unwrap();
                    batch.put_graph(NamedNode::new(name).unwrap(), label, triples(&block));
                    kb.commit(batch).unwrap();
                    out.push_str(&block);
                }
                "answer" => {
                    let came = came.take().unwrap();
                    if came != block {
                        writeln!(
                            wrong,
                            "{} {case}\nexpected:\n{block}came:\n{came}",
                            file.display()
                        )
                        .unwrap();
                    }
                    out.push_str(&came);
                }
                _ => {
                    came = Some(answer(&kb, &words));
                    out.push_str(&block);
                }
            }
            out.push_str("```\n");
        }
        after(&kb, &case);
        if bless {
            std::fs::write(&file, out).unwrap();
        }
    }
    assert!(bless || wrong.is_empty(), "{wrong}");
}
