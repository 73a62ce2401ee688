//! The page of the vocabulary says what the Turtle says: every term, every module drawn, and no link to nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::collections::BTreeSet;

use common::{Server, small};
use kenning_server::ServerSettings;
use kenning_vocab::{km, ontologies, rdf};
use oxrdf::NamedOrBlankNode;
use oxrdfio::{RdfFormat, RdfParser};

fn page() -> String {
    let server = Server::start(small(), ServerSettings::default());
    let answer = server.get("/ns/km", "Accept: text/html");
    assert_eq!(answer.status, 200);
    answer.text()
}

/// The values of an attribute, in the order of the page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let before = format!(" {attribute}=\"");
    let found = html.split(before.as_str()).skip(1);
    found.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_term_has_one_entry_and_every_module_a_drawing() {
    let html = page();
    let ids = values(&html, "id");
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len(), "two entries share a name");
    let mut terms = 0;
    let mut modules = 0;
    for ontology in ontologies() {
        let parser = RdfParser::from_format(RdfFormat::Turtle);
        let mut own: BTreeSet<String> = BTreeSet::new();
        for quad in parser.for_slice(ontology.text).map(Result::unwrap) {
            if let NamedOrBlankNode::NamedNode(node) = &quad.subject
                && quad.predicate == rdf::TYPE
                && let Some(name) = node.as_str().strip_prefix(km::NAMESPACE)
            {
                own.insert(name.to_owned());
            }
        }
        for name in &own {
            assert!(once.contains(name.as_str()), "km:{name} is not on the page");
        }
        terms += own.len();
        modules += usize::from(!own.is_empty());
    }
    assert!(terms > 300, "{terms} terms");
    assert_eq!(html.matches("<svg class=\"diagram\"").count(), modules);
}

#[test]
fn each_link_within_the_page_leads_somewhere() {
    let html = page();
    let ids: BTreeSet<&str> = values(&html, "id").into_iter().collect();
    let links: Vec<&str> = values(&html, "href")
        .into_iter()
        .filter_map(|link| link.strip_prefix('#'))
        .collect();
    assert!(links.len() > 600, "{} links", links.len());
    for link in links {
        assert!(ids.contains(link), "#{link} leads nowhere");
    }
}

#[test]
fn the_page_opens_and_closes_its_elements_in_order() {
    let html = page();
    let mut open: Vec<&str> = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, _) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("`<{piece}` is not closed"));
        let name = tag
            .split([' ', '\n', '/'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        if tag.starts_with('!')
            || tag.ends_with('/')
            || ["meta", "link", "input", "br"].contains(&name)
        {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "before `{piece}`");
        } else {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn the_formats_that_the_page_offers_are_there() {
    let server = Server::start(small(), ServerSettings::default());
    let html = server.get("/ns/km", "Accept: text/html").text();
    let files: Vec<String> = values(&html, "href")
        .into_iter()
        .filter(|link| link.starts_with("/ns/km/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(files.len(), 4);
    for file in files {
        assert_eq!(server.get(&file, "").status, 200, "{file}");
    }
}
