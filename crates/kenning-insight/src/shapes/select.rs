//! SPARQL-based constraints (SHACL section 5): a SELECT query whose every solution is a result.
//!
//! `$this` is the focus node everywhere in the query, also in subqueries, as section 5.3.1 has it, and `$PATH` stands for
//! the path of a property shape. What that section rules out (MINUS, VALUES, SERVICE, another value for `$this`, a
//! subquery that does not select it) is refused when the shapes are read. The optional `$shapesGraph` is not offered.

use super::shape::Shape;
use super::{CheckError, Path, Violation};
use kenning_sparql::{Form, ParseOptions, Prepared, RunOptions};
use kenning_store::View;
use kenning_vocab::sh;
use oxrdf::{Literal, NamedNode, Term, Variable};
use std::ops::ControlFlow;

/// Words with which a query would escape from pre-binding.
const RULED_OUT: [&str; 3] = ["MINUS", "VALUES", "SERVICE"];

/// One SELECT constraint.
#[derive(Debug, Clone)]
pub(super) struct Select {
    /// The constraint's node in the shapes graph.
    node: Term,
    prepared: Prepared,
    messages: Vec<Literal>,
}

impl Select {
    /// Reads a constraint: its node, `sh:select` with the prefixes before it, and what it says of what it finds.
    ///
    /// # Errors
    /// A sentence that says why this is no constraint.
    pub(super) fn read(
        node: &Term,
        prefixes: &[(String, String)],
        text: &str,
        messages: Vec<Literal>,
        path: Option<&Path>,
    ) -> Result<Self, String> {
        let words = words(text);
        if let Some(word) = words.iter().find(|word| RULED_OUT.contains(&word.as_str())) {
            return Err(format!("its query uses {word}, which SHACL rules out"));
        }
        if words.windows(2).any(|two| two[..] == ["AS", "THIS"]) {
            return Err("its query gives `$this` another value".to_owned());
        }
        if !selects_focus(&words) {
            return Err("each SELECT of its query has to select `$this`".to_owned());
        }
        let mut query = String::new();
        for (prefix, namespace) in prefixes {
            query.push_str(&format!("PREFIX {prefix}: <{namespace}>\n"));
        }
        match path {
            Some(path) => query.push_str(&text.replace("$PATH", &path.to_string())),
            None => query.push_str(text),
        }
        let prepared = Prepared::parse(&query, &ParseOptions::default());
        let prepared = prepared.map_err(|error| format!("its query does not parse: {error}"))?;
        if prepared.form() != Form::Select {
            return Err("its query is no SELECT".to_owned());
        }
        Ok(Self {
            node: node.clone(),
            prepared,
            messages,
        })
    }

    /// What the query finds at one focus node.
    ///
    /// # Errors
    /// [`CheckError::Query`] when the query fails or is stopped.
    pub(super) fn run(
        &self,
        view: &View,
        options: &RunOptions,
        shape: &Shape,
        name: &Term,
        focus: &Term,
        out: &mut Vec<Violation>,
    ) -> Result<(), CheckError> {
        let this = [(Variable::new_unchecked("this"), focus.clone())];
        // A blank node has no name that a query could say: the whole answer is made, and its rows are kept.
        let bound = match focus {
            Term::BlankNode(_) => self.prepared.clone(),
            _ => self.prepared.with_parameters(&this)?,
        };
        bound.solutions(view, options, &mut |solution| {
            if solution.get("this").is_some_and(|other| other != focus) {
                return ControlFlow::Continue(());
            }
            let value = solution.get("value").cloned();
            let path = match solution.get("path") {
                Some(Term::NamedNode(path)) => Some(Path::Property(path.clone())),
                _ => shape.path.clone(),
            };
            let given = solution.get("message").and_then(|message| match message {
                Term::Literal(text) => Some(vec![text.clone()]),
                _ => None,
            });
            let own = if self.messages.is_empty() {
                &shape.messages
            } else {
                &self.messages
            };
            let messages = given.unwrap_or_else(|| {
                let get = |name: &str| solution.get(name);
                own.iter().map(|message| filled(message, &get)).collect()
            });
            out.push(Violation {
                focus: focus.clone(),
                value: value.or_else(|| shape.path.is_none().then(|| focus.clone())),
                path,
                component: sh::SPARQL_CONSTRAINT_COMPONENT.into_owned(),
                shape: name.clone(),
                constraint: Some(self.node.clone()),
                severity: shape.severity.clone(),
                messages: if messages.is_empty() {
                    vec![Literal::new_simple_literal("a query finds fault with it")]
                } else {
                    messages
                },
            });
            ControlFlow::Continue(())
        })?;
        Ok(())
    }
}

/// A message with the values of the solution in the places that name variables (section 5.3.2).
fn filled<'a>(message: &Literal, get: &dyn Fn(&str) -> Option<&'a Term>) -> Literal {
    let mut text = String::new();
    let mut rest = message.value();
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let inside = after.split_once('}').and_then(|(name, after)| {
            let value = get(name.strip_prefix(['?', '$'])?)?;
            Some((value, after))
        });
        match inside {
            Some((value, after)) => {
                text.push_str(&match value {
                    Term::Literal(literal) => literal.value().to_owned(),
                    other => other.to_string(),
                });
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    match message.language() {
        Some(tag) => Literal::new_language_tagged_literal_unchecked(text, tag),
        None => Literal::new_simple_literal(text),
    }
}

/// The words of a query in capitals, variables without their mark, and braces; without IRIs, texts and comments.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            word.extend(c.to_uppercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        match c {
            '{' | '}' | '*' => words.push(c.to_string()),
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' | '\'' => {
                while let Some(inside) = chars.next() {
                    match inside {
                        '\\' => drop(chars.next()),
                        _ if inside == c => break,
                        _ => {}
                    }
                }
            }
            // An IRI ends on its line without a blank; anything else is a comparison.
            '<' => {
                let rest: String = chars.clone().take_while(|c| !c.is_whitespace()).collect();
                if let Some((iri, _)) = rest.split_once('>') {
                    for _ in 0..=iri.chars().count() {
                        chars.next();
                    }
                }
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether each SELECT selects `$this`: the outermost also with `*`, a subquery by name, since what `*` reaches there is
/// not always the focus node.
fn selects_focus(words: &[String]) -> bool {
    let selects = words.split(|word| word == "SELECT").skip(1);
    selects.enumerate().all(|(depth, after)| {
        let head = after.split(|word| word == "{").next().unwrap_or_default();
        head.iter()
            .any(|word| word == "THIS" || (depth == 0 && word == "*"))
    })
}

/// The IRI of a prefix declaration's namespace or of anything else that is written as text.
pub(super) fn text_of(term: &Term) -> Option<String> {
    match term {
        Term::Literal(literal) => Some(literal.value().to_owned()),
        Term::NamedNode(node) => Some(NamedNode::as_str(node).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Select, String> {
        let node = Term::from(NamedNode::new_unchecked("urn:c"));
        Select::read(&node, &[], text, Vec::new(), None)
    }

    #[test]
    fn what_escapes_from_the_focus_is_refused() {
        let rows = [
            ("SELECT $this { $this ?p ?o }", None),
            (
                "SELECT * { $this ?p \"MINUS\" . # VALUES\n ?a <urn:VALUES> ?b }",
                None,
            ),
            (
                "SELECT $this { $this ?p ?o FILTER(?o < 3 && ?o > 1) }",
                None,
            ),
            (
                "SELECT $this { $this ?p ?o MINUS { ?a ?b ?c } }",
                Some("MINUS"),
            ),
            (
                "SELECT $this { { SELECT ?a { ?a ?b ?c } } }",
                Some("each SELECT"),
            ),
            ("SELECT $this { BIND(1 AS $this) }", Some("another value")),
            ("ASK { $this ?p ?o }", Some("no SELECT")),
            ("SELECT $this { $this ?p }", Some("does not parse")),
        ];
        for (text, expected) in rows {
            match (read(text), expected) {
                (Ok(_), None) => {}
                (Err(why), Some(part)) => assert!(why.contains(part), "{text}: {why}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }

    #[test]
    fn a_message_names_what_was_found() {
        let value = Term::from(Literal::from(7));
        let get = |name: &str| (name == "value").then_some(&value);
        let filled = |text: &str| filled(&Literal::new_simple_literal(text), &get);
        assert_eq!(filled("{?value} is odd").value(), "7 is odd");
        assert_eq!(filled("{$value}{?gone} {x").value(), "7{?gone} {x");
    }
}
