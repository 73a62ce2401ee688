//! Query tests: syntax, evaluation, and the formats of results.

use std::collections::{BTreeMap, BTreeSet};

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    AnswerFormat, DEFAULT_GRAPH, Dataset, DefaultGraphs, Form, GraphFormat, ParseOptions, Prepared,
    ResultsFormat, RunOptions, TextLimits,
};
use kenning_store::{Batch, KnowledgeBase, Options};
use oxrdf::{
    BlankNode, Dataset as Quads, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple,
};
use oxrdfio::{RdfFormat, RdfParser};
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};

use crate::compare::{Rows, isomorphic, reduced_rows, same_rows};
use crate::manifest::{Case, Data, text};

/// Parses the query; for negative tests success is failure.
pub(crate) fn syntax(case: &Case, valid: bool) -> Result<(), String> {
    let text = text(&case.action)?;
    match (parse(&text, &case.action), valid) {
        (Ok(_), true) | (Err(_), false) => Ok(()),
        (Err(error), true) => Err(error),
        (Ok(_), false) => Err("it parses and should not".into()),
    }
}

/// The query, if it parses.
pub(crate) fn parse(text: &str, base: &str) -> Result<Prepared, String> {
    let options = ParseOptions {
        base: Some(base.into()),
        limits: TextLimits::QUERY,
    };
    Prepared::parse(text, &options).map_err(|error| error.to_string())
}

/// Evaluates the query over the data and compares the answer.
pub(crate) fn evaluation(case: &Case) -> Result<(), String> {
    let query = text(&case.action)?;
    let prepared = parse(&query, &case.action)?;
    let kb = store(&data(case, &query))?;
    let options = RunOptions {
        dataset: Dataset {
            default: DefaultGraphs::Own,
            named: None,
        },
        ..RunOptions::default()
    };
    let format = format(case, prepared.form());
    let mut out = Vec::new();
    prepared
        .run(
            &kb.view(&Clearance::anonymous()),
            &options,
            format,
            &mut out,
        )
        .map_err(|error| error.to_string())?;
    let got = String::from_utf8(out).map_err(|error| error.to_string())?;
    check(case, &query, format, &got)
}

/// The data of a case, with the graphs that its query names: the suites expect them to be fetched.
pub(crate) fn data(case: &Case, query: &str) -> Data {
    let mut data = case.before.clone();
    for name in from(query, &case.action) {
        if !data.named.iter().any(|(known, _)| *known == name) {
            data.named.push((name.clone(), name));
        }
    }
    data
}

/// The format to ask for: that of the expected result, where results have it.
pub(crate) fn format(case: &Case, form: Form) -> AnswerFormat {
    let expected = case.result.as_deref().unwrap_or_default();
    match (form, expected.rsplit('.').next()) {
        (Form::Construct | Form::Describe, _) => AnswerFormat::Graph(GraphFormat::NTriples),
        (_, Some("srx")) => AnswerFormat::Results(ResultsFormat::Xml),
        (_, Some("csv")) => AnswerFormat::Results(ResultsFormat::Csv),
        (_, Some("tsv")) => AnswerFormat::Results(ResultsFormat::Tsv),
        _ => AnswerFormat::Results(ResultsFormat::Json),
    }
}

/// Compares an answer with the expected one, strictly.
pub(crate) fn check(
    case: &Case,
    query: &str,
    format: AnswerFormat,
    got: &str,
) -> Result<(), String> {
    let expected = case.result.as_deref().ok_or("no result is given")?;
    let wanted = text(expected)?;
    let same = match format {
        AnswerFormat::Graph(format) => isomorphic(
            &quads(expected, &wanted)?,
            &parse_quads(format.rdf_format(), "urn:x", got)?,
        ),
        AnswerFormat::Results(ResultsFormat::Csv) => same_rows(&csv(&wanted), &csv(got), false),
        AnswerFormat::Results(kind) => {
            let (wanted, ordered) = answer(expected, &wanted)?;
            let (got, _) = results(kind_of(kind), got)?;
            same(&wanted, &got, ordered, query.contains("REDUCED"))
        }
    };
    if same {
        Ok(())
    } else {
        Err(format!("wanted\n{wanted}\ngot\n{got}"))
    }
}

const fn kind_of(format: ResultsFormat) -> QueryResultsFormat {
    match format {
        ResultsFormat::Json => QueryResultsFormat::Json,
        ResultsFormat::Xml => QueryResultsFormat::Xml,
        ResultsFormat::Csv => QueryResultsFormat::Csv,
        ResultsFormat::Tsv => QueryResultsFormat::Tsv,
    }
}

enum Answer {
    Truth(bool),
    Rows(BTreeSet<String>, Rows),
}

fn same(wanted: &Answer, got: &Answer, ordered: bool, reduced: bool) -> bool {
    match (wanted, got) {
        (Answer::Truth(a), Answer::Truth(b)) => a == b,
        (Answer::Rows(variables, wanted), Answer::Rows(given, got)) if reduced => {
            variables == given && reduced_rows(wanted, got)
        }
        (Answer::Rows(variables, wanted), Answer::Rows(given, got)) => {
            variables == given && same_rows(wanted, got, ordered)
        }
        _ => false,
    }
}

fn answer(address: &str, text: &str) -> Result<(Answer, bool), String> {
    match address.rsplit('.').next() {
        Some("srx") => results(QueryResultsFormat::Xml, text),
        Some("srj") => results(QueryResultsFormat::Json, text),
        Some("tsv") => results(QueryResultsFormat::Tsv, text),
        _ => result_set(&quads(address, text)?),
    }
}

fn results(format: QueryResultsFormat, text: &str) -> Result<(Answer, bool), String> {
    match QueryResultsParser::from_format(format)
        .for_slice(text.as_bytes())
        .map_err(|error| error.to_string())?
    {
        SliceQueryResultsParserOutput::Boolean(truth) => Ok((Answer::Truth(truth), false)),
        SliceQueryResultsParserOutput::Solutions(solutions) => {
            let variables = solutions
                .variables()
                .iter()
                .map(|variable| variable.as_str().to_owned())
                .collect();
            let mut rows = Vec::new();
            for solution in solutions {
                let solution = solution.map_err(|error| error.to_string())?;
                let mut row: Vec<(String, Term)> = solution
                    .iter()
                    .map(|(variable, term)| (variable.as_str().to_owned(), term.clone()))
                    .collect();
                row.sort_by(|a, b| a.0.cmp(&b.0));
                rows.push(row);
            }
            Ok((Answer::Rows(variables, rows), false))
        }
    }
}

/// A result written in the result-set vocabulary.
fn result_set(data: &Quads) -> Result<(Answer, bool), String> {
    let rs = |name: &str| {
        NamedNode::new_unchecked(format!(
            "http://www.w3.org/2001/sw/DataAccess/tests/result-set#{name}"
        ))
    };
    let find = |subject: Option<&Term>, predicate: &NamedNode| -> Vec<(Term, Term)> {
        data.iter()
            .filter(|quad| {
                quad.predicate == predicate.as_ref()
                    && subject
                        .is_none_or(|subject| Term::from(quad.subject.into_owned()) == *subject)
            })
            .map(|quad| (quad.subject.into_owned().into(), quad.object.into_owned()))
            .collect()
    };
    let value = |term: &Term| match term {
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    };
    if let Some((_, truth)) = find(None, &rs("boolean")).first() {
        return Ok((
            Answer::Truth(matches!(value(truth).as_str(), "true" | "1")),
            false,
        ));
    }
    let variables = find(None, &rs("resultVariable"))
        .iter()
        .map(|(_, name)| value(name))
        .collect();
    let mut rows = Vec::new();
    let mut ordered = false;
    for (_, solution) in find(None, &rs("solution")) {
        let index = find(Some(&solution), &rs("index"))
            .first()
            .and_then(|(_, index)| value(index).parse::<u64>().ok());
        ordered |= index.is_some();
        let mut row = Vec::new();
        for (_, binding) in find(Some(&solution), &rs("binding")) {
            let name = find(Some(&binding), &rs("variable"))
                .first()
                .map(|(_, name)| value(name))
                .ok_or("a binding without variable")?;
            let term = find(Some(&binding), &rs("value"))
                .first()
                .map(|(_, term)| term.clone())
                .ok_or("a binding without value")?;
            row.push((name, term));
        }
        row.sort_by(|a, b| a.0.cmp(&b.0));
        rows.push((index.unwrap_or(0), row));
    }
    rows.sort_by_key(|(index, _)| *index);
    Ok((
        Answer::Rows(variables, rows.into_iter().map(|(_, row)| row).collect()),
        ordered,
    ))
}

/// The cells of a CSV table; blank nodes become blank nodes, the rest text.
fn csv(text: &str) -> Rows {
    let mut lines = text.lines();
    let names = cells(lines.next().unwrap_or_default());
    lines
        .map(|line| {
            let cell = |cell: &str| match cell.strip_prefix("_:") {
                Some(blank) => Term::from(BlankNode::new_unchecked(blank)),
                None => oxrdf::Literal::from(cell).into(),
            };
            let mut row: Vec<(String, Term)> = cells(line)
                .iter()
                .zip(&names)
                .map(|(text, name)| (name.clone(), cell(text)))
                .collect();
            row.sort_by(|a, b| a.0.cmp(&b.0));
            row
        })
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut out, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.trim_end().chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    out.push(cell);
    out
}

/// The graphs that `FROM` and `FROM NAMED` name: the suites expect them to be fetched.
fn from(query: &str, base: &str) -> Vec<String> {
    let parsed = spargebra::SparqlParser::new()
        .with_base_iri(base)
        .ok()
        .and_then(|parser| parser.parse_query(query).ok());
    let Some(dataset) = parsed.as_ref().and_then(spargebra::Query::dataset) else {
        return Vec::new();
    };
    dataset
        .default
        .iter()
        .chain(dataset.named.iter().flatten())
        .map(|name| name.as_str().to_owned())
        .collect()
}

/// A knowledge base that holds `data`, everything public.
pub(crate) fn store(data: &Data) -> Result<KnowledgeBase, String> {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut graphs: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
    graphs.entry(DEFAULT_GRAPH.into_owned()).or_default();
    let files = data
        .default
        .iter()
        .map(|address| (DEFAULT_GRAPH.into_owned(), address));
    let named = data
        .named
        .iter()
        .map(|(name, address)| (NamedNode::new_unchecked(name.clone()), address));
    for (i, (target, address)) in files.chain(named).enumerate() {
        graphs.entry(target.clone()).or_default();
        for quad in &quads(address, &text(address)?)? {
            let quad = quad.into_owned();
            let graph = match &quad.graph_name {
                GraphName::NamedNode(name) => name.clone(),
                _ => target.clone(),
            };
            graphs.entry(graph).or_default().push(rename(&quad, i));
        }
    }
    let mut batch = Batch::new();
    for (name, triples) in graphs {
        batch.put_graph(name, Label::public(), triples);
    }
    kb.commit(batch).map_err(|error| error.to_string())?;
    Ok(kb)
}

/// Blank nodes of different files are different.
fn rename(quad: &Quad, file: usize) -> Triple {
    Triple {
        subject: renamed_subject(&quad.subject, file),
        predicate: quad.predicate.clone(),
        object: renamed(&quad.object, file),
    }
}

fn renamed(term: &Term, file: usize) -> Term {
    match term {
        Term::BlankNode(node) => {
            BlankNode::new_unchecked(format!("f{file}{}", node.as_str())).into()
        }
        Term::Triple(triple) => Triple {
            subject: renamed_subject(&triple.subject, file),
            predicate: triple.predicate.clone(),
            object: renamed(&triple.object, file),
        }
        .into(),
        other => other.clone(),
    }
}

fn renamed_subject(subject: &NamedOrBlankNode, file: usize) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => {
            BlankNode::new_unchecked(format!("f{file}{}", node.as_str())).into()
        }
        NamedOrBlankNode::NamedNode(node) => node.clone().into(),
    }
}

/// The quads of a file.
pub(crate) fn quads(address: &str, text: &str) -> Result<Quads, String> {
    let format = RdfFormat::from_extension(address.rsplit('.').next().unwrap_or_default())
        .ok_or_else(|| format!("{address}: unknown format"))?;
    parse_quads(format, address, text)
}

/// The quads of a text.
pub(crate) fn parse_quads(format: RdfFormat, base: &str, text: &str) -> Result<Quads, String> {
    let parser = RdfParser::from_format(format)
        .with_base_iri(base)
        .map_err(|error| error.to_string())?;
    parser
        .for_slice(text)
        .map(|quad| quad.map_err(|error| format!("{base}: {error}")))
        .collect()
}

/// Every quad of a knowledge base, the RDF default graph as the default graph.
pub(crate) fn everything(kb: &KnowledgeBase) -> Quads {
    let view = kb.view(&Clearance::anonymous());
    let mut out = Quads::new();
    for quad in view
        .quads(kenning_store::Pattern::all(
            kenning_store::GraphPattern::Each,
        ))
        .flatten()
    {
        let subject = match view.term(quad.subject) {
            Term::NamedNode(node) => node.into(),
            Term::BlankNode(node) => NamedOrBlankNode::from(node),
            _ => continue,
        };
        let (Term::NamedNode(predicate), Term::NamedNode(graph)) =
            (view.term(quad.predicate), view.term(quad.graph))
        else {
            continue;
        };
        let graph = if graph == DEFAULT_GRAPH.into_owned() {
            GraphName::DefaultGraph
        } else {
            graph.into()
        };
        out.insert(&Quad::new(
            subject,
            predicate,
            view.term(quad.object),
            graph,
        ));
    }
    out
}
