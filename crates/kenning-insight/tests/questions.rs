//! The questions over data made to mislead them: each case is Markdown, and each answer is compared whole.
//!
//! A `data LABEL` block is one graph, in Turtle, with the prefixes of `common`. An `ask CLEARANCE NAME KEY=VALUE …` block asks,
//! and the `answer` block that follows is the table. `KENNING_BLESS=1` writes the answers that came; read them before you keep them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::TODAY;
use kenning_access::{Clearance, Groups};
use kenning_insight::{Answer, Context, Library, Page, Question};
use kenning_store::{KnowledgeBase, View};
use kenning_vocab::km;

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
    let context = Context::new(TODAY.parse().unwrap());
    match question.ask(&view, &values, &context) {
        Ok(answer) => {
            let paged = paged(question, &view, &values, &context);
            assert_eq!(paged.rows, answer.rows, "{words:?}, page by page");
            assert_eq!(paged.standing, answer.standing, "{words:?}, page by page");
            answer.to_table()
        }
        Err(error) => format!("error: {error}\n"),
    }
}

/// The answer put together from pages of two rows; none is empty but the first, and after the last there is nothing.
fn paged(
    question: &Question,
    view: &View,
    values: &BTreeMap<String, String>,
    context: &Context,
) -> Answer {
    let page = |number| {
        let page = Page { number, rows: 2 };
        question.page(view, values, context, page).unwrap()
    };
    let (mut answer, mut is_more) = page(1);
    let mut number = 1;
    while is_more {
        number += 1;
        let (next, more) = page(number);
        assert!(!next.rows.is_empty());
        answer.rows.extend(next.rows);
        is_more = more;
    }
    let (after, is_more) = page(number + 1);
    assert_eq!((after.rows.len(), is_more), (0, false));
    assert_eq!(after.standing, answer.standing);
    answer
}

#[test]
fn answers_are_right_in_spite_of_the_traps() {
    let library = Library::built_in();
    let mut asked = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut answer = |kb: &KnowledgeBase, words: &[&str]| {
        assert_eq!(words[0], "ask", "`{}` is no kind of block", words[0]);
        asked.insert(words[2].to_owned());
        ask(kb, &library, &words[1..])
    };
    common::run(&folder, &mut answer, &mut |_, _| ());
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
            if let Err(error) = Question::parse(&name, &text) {
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
    let known: BTreeSet<&str> = km::terms()
        .map(|(_, term)| &term.as_str()[km::NAMESPACE.len()..])
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

#[test]
fn a_graph_that_a_question_gives_names_nobody_who_asked_not_to_be_named() {
    let kb = KnowledgeBase::in_memory(kenning_store::Options::default());
    let node =
        |name: &str| oxrdf::NamedNode::new(format!("http://localhost:7878/id/{name}")).unwrap();
    let triple = |s: &str, p: oxrdf::NamedNodeRef<'_>, o: oxrdf::NamedNode| {
        oxrdf::Triple::new(node(s), p, o)
    };
    let mut batch = kenning_store::Batch::new();
    batch.put_graph(
        node("graph/people"),
        kenning_access::Label::public(),
        [
            triple("agent/dora", km::HAS_VISIBILITY, km::HIDDEN.into_owned()),
            triple("note/w/glue", km::RESPONSIBLE, node("agent/dora")),
            triple("note/w/glue", km::RESPONSIBLE, node("agent/ada")),
        ],
    );
    kb.commit(batch).unwrap();
    let text = format!(
        "#+ summary: Who keeps what?\nCONSTRUCT {{ ?note <urn:by> ?who }} {{ ?note {} ?who }}",
        km::RESPONSIBLE
    );
    let question = Question::parse("own/keepers.rq", &text).unwrap();
    let view = kb.view(&Clearance::anonymous());
    let context = Context::new(TODAY.parse().unwrap());
    let answer = question.ask(&view, &BTreeMap::new(), &context).unwrap();
    let table = answer.to_table();
    assert_eq!(answer.rows.len(), 1, "{table}");
    assert!(table.contains("ada") && !table.contains("dora"), "{table}");
}

/// Whoever is hidden stands at the border of each page once: among the first rows of it, among the last, alone on it, and as the
/// row that would tell that there is a page after it.
#[test]
fn pages_of_a_users_own_question_are_parts_of_the_whole() {
    let node =
        |name: &str| oxrdf::NamedNode::new(format!("http://localhost:7878/id/{name}")).unwrap();
    let triple = |s: &oxrdf::NamedNode, p: oxrdf::NamedNodeRef<'_>, o: oxrdf::NamedNode| {
        oxrdf::Triple::new(s.clone(), p, o)
    };
    let texts = [
        "CONSTRUCT { ?note <urn:by> ?who } { ?note km:responsible ?who }",
        "CONSTRUCT { ?note <urn:by> ?who } { ?note km:responsible ?who } ORDER BY DESC(?who) LIMIT 8",
        "CONSTRUCT { ?note <urn:by> [ <urn:who> ?who ] } { ?note km:responsible ?who } ORDER BY ?who",
        "DESCRIBE ?note { ?note km:responsible ?who }",
        "SELECT ?note ?who { ?note km:responsible ?who }",
        "SELECT ?note ?who { ?note km:responsible ?who } ORDER BY ?note",
        "SELECT ?note ?who { ?note km:responsible ?who OPTIONAL { ?note km:none ?x } } ORDER BY ?x LIMIT 7",
        "ASK { ?note km:responsible ?who }",
    ];
    let mut hid = 0;
    for hidden in 0..1_u32 << 5 {
        let kb = KnowledgeBase::in_memory(kenning_store::Options::default());
        let mut triples = Vec::new();
        for number in 0..10 {
            let who = node(&format!("agent/a{}", number % 5));
            let note = node(&format!("note/w/n{}", number / 4));
            triples.push(triple(&note, km::RESPONSIBLE, who.clone()));
            if hidden & (1 << (number % 5)) != 0 {
                triples.push(triple(&who, km::HAS_VISIBILITY, km::HIDDEN.into_owned()));
            }
        }
        let mut batch = kenning_store::Batch::new();
        batch.put_graph(
            node("graph/people"),
            kenning_access::Label::public(),
            triples,
        );
        kb.commit(batch).unwrap();
        let view = kb.view(&Clearance::anonymous());
        let context = Context::new(TODAY.parse().unwrap());
        for text in texts {
            let text = format!("#+ summary: x\nPREFIX km: <{}>\n{text}", km::NAMESPACE);
            let question = Question::parse("own/x.rq", &text).unwrap();
            let none = BTreeMap::new();
            let whole = question.ask(&view, &none, &context).unwrap();
            let paged = paged(&question, &view, &none, &context);
            assert_eq!(paged.rows, whole.rows, "{hidden:05b}: {text}");
            hid += usize::from(whole.is_graph && whole.rows.len() > 2 && hidden > 0);
        }
    }
    assert!(
        hid > 60,
        "hidden people have to stand between others: {hid}"
    );
}
