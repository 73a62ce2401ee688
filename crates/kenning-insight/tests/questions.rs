//! The questions over data made to mislead them: each case is Markdown, and each answer is compared whole.
//!
//! A `data LABEL` block is one graph, in Turtle, with the prefixes of [`PREFIXES`]. An `ask CLEARANCE NAME KEY=VALUE …` block asks,
//! and the `answer` block that follows is the table. `KENNING_BLESS=1` writes the answers that came; read them before you keep them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kenning_access::{Clearance, Groups, Label};
use kenning_insight::{Context, Library};
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

const TODAY: &str = "2026-11-21";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn triples(turtle: &str) -> Vec<Triple> {
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
fn with_ontologies() -> KnowledgeBase {
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

fn ask(kb: &KnowledgeBase, library: &Library, words: &[&str]) -> String {
    let level = kb.scale().parse_level(words[0]).unwrap();
    let values: BTreeMap<String, String> = words[2..]
        .iter()
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), value.replace('_', " "))
        })
        .collect();
    let question = library
        .get(words[1])
        .unwrap_or_else(|| panic!("there is no question `{}`", words[1]));
    let view = kb.view(&Clearance::new(level, Groups::none()));
    match question.ask(&view, &values, &Context::new(TODAY.parse().unwrap())) {
        Ok(answer) => answer.to_table(),
        Err(error) => format!("error: {error}\n"),
    }
}

#[test]
fn answers_are_right_in_spite_of_the_traps() {
    let library = Library::built_in();
    let bless = std::env::var_os("KENNING_BLESS").is_some();
    let mut asked = BTreeSet::new();
    let mut wrong = String::new();
    let mut files: Vec<_> = std::fs::read_dir(folder())
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
        let mut answer: Option<String> = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            out.push_str(line);
            out.push('\n');
            if line.starts_with("# ") {
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
                "ask" => {
                    asked.insert(words[2].to_owned());
                    answer = Some(ask(&kb, &library, &words[1..]));
                    out.push_str(&block);
                }
                "answer" => {
                    let came = answer.take().unwrap();
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
                other => panic!("`{other}` is no kind of block"),
            }
            out.push_str("```\n");
        }
        if bless {
            std::fs::write(&file, out).unwrap();
        }
    }
    assert!(bless || wrong.is_empty(), "{wrong}");
    let all: BTreeSet<String> = library
        .iter()
        .map(|question| question.name.clone())
        .collect();
    let never: Vec<_> = all.difference(&asked).collect();
    assert!(never.is_empty(), "no case asks {never:?}");
}

#[test]
fn every_file_in_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../queries");
    let mut found = BTreeSet::new();
    for topic in std::fs::read_dir(&folder).unwrap() {
        let topic = topic.unwrap().path();
        if !topic.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&topic).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = format!(
                "{}/{}",
                topic.file_name().unwrap().display(),
                path.file_name().unwrap().display()
            );
            assert!(
                text.starts_with("#+ summary: "),
                "{name} does not begin with the question in words"
            );
            if let Err(error) = kenning_insight::Question::parse(&name, &text) {
                panic!("{name}: {error}");
            }
            found.insert(name);
        }
    }
    let built_in: BTreeSet<String> = Library::built_in()
        .iter()
        .map(|question| format!("{}/{}.rq", question.topic, question.name))
        .collect();
    assert_eq!(found, built_in);
}

#[test]
fn questions_use_only_names_that_are_defined() {
    let known: BTreeSet<&str> = kenning_vocab::km::terms()
        .map(|(_, term)| &term.as_str()[kenning_vocab::km::NAMESPACE.len()..])
        .collect();
    for question in Library::built_in().iter() {
        let code: String = question
            .text
            .lines()
            .filter(|line| !line.trim_start().starts_with("# "))
            .collect::<Vec<_>>()
            .join("\n");
        for (at, _) in code.match_indices("km:") {
            let name: String = code[at + 3..]
                .chars()
                .take_while(|c| c.is_alphanumeric())
                .collect();
            assert!(
                name.is_empty() || known.contains(name.as_str()),
                "{} uses km:{name}",
                question.name
            );
        }
        for param in &question.params {
            assert!(
                param.description.is_some(),
                "{}: nothing says what `{}` is",
                question.name,
                param.name
            );
        }
    }
}
