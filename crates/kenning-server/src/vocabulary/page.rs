//! The page: what the vocabulary is, its modules, and its terms.

use kenning_vocab::{km, prefixes};

use super::diagram;
use super::model::{Kind, Module, Term};
use crate::html::{escape, link_target};

const KINDS: [(Kind, &str); 4] = [
    (Kind::Class, "Classes"),
    (Kind::Property, "Properties"),
    (Kind::Scheme, "Schemes"),
    (Kind::Concept, "Concepts"),
];

/// The main part of the page.
pub(super) fn write(modules: &[Module]) -> String {
    let mut html = String::new();
    let version = modules.first().map_or("", |module| module.ontology.version);
    let count: usize = modules.iter().map(|module| module.terms.len()).sum();
    html.push_str(&format!(
        "<section><h1>The vocabulary</h1>\
         <p>The words of this knowledge graph: what is written, who knows it, how it moves, and who may see it.</p>\
         <dl><dt>Prefix</dt><dd><code>km:</code></dd><dt>Namespace</dt><dd><code>{namespace}</code></dd>\
         <dt>Version</dt><dd>{version}, {count} terms in {modules} modules</dd>\
         <dt>Licence</dt><dd><a href=\"https://creativecommons.org/licenses/by/4.0/\" rel=\"noreferrer\">CC BY 4.0</a></dd>\
         <dt>As data</dt><dd>{formats}</dd></dl></section>",
        namespace = escape(km::NAMESPACE),
        version = escape(version),
        modules = modules.len(),
        formats = formats(version),
    ));
    html.push_str("<nav class=\"contents card\"><h2>Modules</h2><ul>");
    for module in modules {
        html.push_str(&format!(
            "<li><a href=\"#{0}\">{1}</a> <span class=\"count\">{2}</span></li>",
            escape(module.ontology.name),
            escape(&title(module)),
            module.terms.len()
        ));
    }
    html.push_str("</ul></nav>");
    for module in modules {
        html.push_str(&section(module));
    }
    html.push_str(
        "<section class=\"card\"><h2>How it changes</h2><p>A term that is given up is marked as deprecated, says what \
         replaces it, and stays. Each version keeps its address for ever.</p></section>",
    );
    html
}

fn formats(version: &str) -> String {
    let formats = [
        ("ttl", "Turtle"),
        ("nt", "N-Triples"),
        ("rdf", "RDF/XML"),
        ("jsonld", "JSON-LD"),
    ];
    let links = formats.map(|(ending, name)| {
        let address = escape(&format!("/ns/km/{version}.{ending}"));
        format!("<a href=\"{address}\">{name}</a>")
    });
    links.join(" · ")
}

/// The title as a heading: without the name of the project, which each file has before it.
fn title(module: &Module) -> String {
    let title = module.title.as_str();
    let title = title.split_once(": ").map_or(title, |(_, rest)| rest);
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn section(module: &Module) -> String {
    let mut html = format!(
        "<section class=\"card module\" id=\"{}\"><h2>{}</h2><p class=\"quiet\"><code>{}</code></p>",
        escape(module.ontology.name),
        escape(&title(module)),
        escape(module.ontology.iri),
    );
    if let Some(svg) = diagram::draw(module) {
        html.push_str(&format!("<figure class=\"scroll\">{svg}<figcaption class=\"quiet\">A line leads from a property to what it points to; a dashed line, from a class to what it is a kind of.</figcaption></figure>"));
    }
    for (kind, name) in KINDS {
        let terms: Vec<&Term> = module
            .terms
            .iter()
            .filter(|term| term.kind == kind)
            .collect();
        if terms.is_empty() {
            continue;
        }
        html.push_str(&format!("<h3>{name}</h3>"));
        html.extend(terms.into_iter().map(entry));
    }
    html.push_str("</section>");
    html
}

fn entry(term: &Term) -> String {
    let others = term.other_labels.iter().map(|(tag, label)| {
        let (tag, label) = (escape(tag), escape(label));
        format!(" <span class=\"quiet\" lang=\"{tag}\">{label}</span>")
    });
    let mut html = format!(
        "<article class=\"term\" id=\"{name}\"><h4><a href=\"#{name}\"><code>km:{name}</code></a> {label}{others}{mark}</h4>\
         <p>{definition}</p>",
        name = escape(&term.name),
        label = escape(&term.label),
        others = others.collect::<String>(),
        mark = if term.deprecated {
            " <span class=\"label\">deprecated</span>"
        } else {
            ""
        },
        definition = escape(&term.definition),
    );
    for note in &term.notes {
        html.push_str(&format!("<p class=\"quiet\">{}</p>", escape(note)));
    }
    for example in &term.examples {
        html.push_str(&format!(
            "<p class=\"quiet\">For example: {}</p>",
            escape(example)
        ));
    }
    let word = match term.kind {
        Kind::Property => "sub-property of",
        _ => "sub-class of",
    };
    let said = [
        (word, &term.parents),
        ("of", &term.domains),
        ("to", &term.ranges),
    ];
    let mut facts: Vec<String> = said
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| {
            let names: Vec<String> = names.iter().map(|name| link(name)).collect();
            format!("<span class=\"quiet\">{word}</span> {}", names.join(", "))
        })
        .collect();
    facts.extend(
        term.facts
            .iter()
            .map(|(word, name)| format!("<span class=\"quiet\">{word}</span> {}", link(name))),
    );
    if !facts.is_empty() {
        html.push_str(&format!("<p class=\"facts\">{}</p>", facts.join(" · ")));
    }
    html.push_str("</article>");
    html
}

/// A link to a term: on this page when it is ours, else to where its prefix leads.
fn link(name: &str) -> String {
    let shown = escape(name);
    if let Some(local) = name.strip_prefix("km:") {
        return format!("<a href=\"#{}\"><code>{shown}</code></a>", escape(local));
    }
    let iri = match name.split_once(':') {
        Some((prefix, local)) => {
            let known = prefixes().iter().find(|(known, _)| *known == prefix);
            known.map(|(_, namespace)| format!("{namespace}{local}"))
        }
        None => None,
    };
    let iri = iri.unwrap_or_else(|| name.to_owned());
    match link_target(&iri) {
        Some(target) => format!("<a href=\"{target}\" rel=\"noreferrer\"><code>{shown}</code></a>"),
        None => format!("<code>{shown}</code>"),
    }
}
