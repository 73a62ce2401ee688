//! What the server says of itself: service description (SPARQL 1.1 Service Description) and VoID, over the asker's view.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use kenning_sparql::{GraphFormat, ResultsFormat};
use kenning_vocab::{dcat, dcterms, foaf, rdf, sd, void, xsd};
use oxrdf::{BlankNode, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};

use crate::App;
use crate::error::HttpError;
use crate::rdf as graphs;
use crate::reader::Reader;
use crate::routes::query::Caller;
use crate::settings::DefaultGraph;
use crate::statistics::Statistics;
use crate::validator;

/// `GET /.well-known/void`: how much of what there is, of what the asker sees.
pub(crate) async fn well_known_void(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let format = graphs::choose_format(&caller.accept)?;
    let view = reader.view(&app);
    let tag = validator::tag(&view, &["void", format.media_type()]);
    let app_too = Arc::clone(&app);
    let bytes = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let key = view.fingerprint();
            let made = app_too
                .statistics
                .get(key, || Statistics::of(&view, cancel));
            let statistics = made.map_err(|_| HttpError::Busy)?;
            graphs::write(dataset(&app_too, &statistics), format)
        })
        .await?;
    Ok(graphs::answer(bytes, format.media_type(), tag, &caller))
}

/// What `/sparql` says of itself when it is asked nothing.
pub(crate) fn service(
    app: &App,
    caller: &Caller,
    format: GraphFormat,
) -> Result<Response, HttpError> {
    let bytes = graphs::write(service_triples(app), format)?;
    let tag = validator::tag_of(&[&bytes]);
    Ok(graphs::answer(bytes, format.media_type(), tag, caller))
}

struct Builder(Vec<Triple>);

impl Builder {
    fn add(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        predicate: NamedNodeRef<'_>,
        object: impl Into<Term>,
    ) {
        self.0.push(Triple::new(subject, predicate, object));
    }
}

fn own(app: &App, path: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{path}", app.base.as_str()))
}

fn number(count: u64) -> Literal {
    Literal::new_typed_literal(count.to_string(), xsd::INTEGER)
}

fn service_triples(app: &App) -> Vec<Triple> {
    let service = own(app, "sparql");
    let mut all = Builder(Vec::new());
    all.add(service.clone(), rdf::TYPE, sd::SERVICE);
    all.add(service.clone(), rdf::TYPE, dcat::DATA_SERVICE);
    all.add(service.clone(), sd::ENDPOINT, service.clone());
    all.add(service.clone(), dcat::ENDPOINT_URL, service.clone());
    for language in [sd::SPARQL10_QUERY, sd::SPARQL11_QUERY, sd::SPARQL11_UPDATE] {
        all.add(service.clone(), sd::SUPPORTED_LANGUAGE, language);
    }
    if app.settings.default_graph == DefaultGraph::Union {
        all.add(service.clone(), sd::FEATURE, sd::UNION_DEFAULT_GRAPH);
    }
    all.add(service.clone(), sd::FEATURE, sd::EMPTY_GRAPHS);
    let results = ResultsFormat::ALL.iter().map(|format| format.names());
    let results = results.filter_map(|names| match names.first().copied()? {
        "json" => Some("SPARQL_Results_JSON"),
        "xml" => Some("SPARQL_Results_XML"),
        "csv" => Some("SPARQL_Results_CSV"),
        "tsv" => Some("SPARQL_Results_TSV"),
        _ => None,
    });
    for name in results {
        all.add(service.clone(), sd::RESULT_FORMAT, format_iri(name));
    }
    for format in GraphFormat::ALL {
        let name = format_iri(match format {
            GraphFormat::Turtle => "Turtle",
            GraphFormat::NTriples => "N-Triples",
            GraphFormat::RdfXml => "RDF_XML",
            GraphFormat::JsonLd => "JSON-LD",
            GraphFormat::TriG => "TriG",
            GraphFormat::NQuads => "N-Quads",
        });
        all.add(service.clone(), sd::RESULT_FORMAT, name.clone());
        all.add(service.clone(), sd::INPUT_FORMAT, name);
    }
    let dataset = own(app, ".well-known/void");
    all.add(service.clone(), sd::DEFAULT_DATASET, dataset.clone());
    all.add(service, dcat::SERVES_DATASET, dataset.clone());
    all.add(dataset.clone(), rdf::TYPE, sd::DATASET);
    let default = BlankNode::new_unchecked("default");
    all.add(dataset, sd::DEFAULT_GRAPH, default.clone());
    all.add(default, rdf::TYPE, sd::GRAPH_CLASS);
    all.0
}

fn format_iri(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/ns/formats/{name}"))
}

fn dataset(app: &App, statistics: &Statistics) -> Vec<Triple> {
    let dataset = own(app, ".well-known/void");
    let mut all = Builder(Vec::new());
    all.add(dataset.clone(), rdf::TYPE, void::DATASET);
    all.add(dataset.clone(), rdf::TYPE, dcat::DATASET_CLASS);
    let title = Literal::new_language_tagged_literal_unchecked(
        "What you may see of this knowledge graph",
        "en",
    );
    all.add(dataset.clone(), dcterms::TITLE, title);
    all.add(dataset.clone(), void::SPARQL_ENDPOINT, own(app, "sparql"));
    all.add(dataset.clone(), foaf::HOMEPAGE, own(app, ""));
    let space = Literal::new_simple_literal(format!("{}id/", app.base.as_str()));
    all.add(dataset.clone(), void::URI_SPACE, space);
    let figures = [
        (void::TRIPLES, statistics.triples),
        (void::DISTINCT_SUBJECTS, statistics.subjects),
        (void::DISTINCT_OBJECTS, statistics.objects),
        (void::CLASSES, statistics.classes.len() as u64),
        (void::PROPERTIES, statistics.properties.len() as u64),
        (void::DOCUMENTS, statistics.graphs),
    ];
    for (property, count) in figures {
        all.add(dataset.clone(), property, number(count));
    }
    for vocabulary in statistics.vocabularies() {
        all.add(
            dataset.clone(),
            void::VOCABULARY,
            NamedNode::new_unchecked(vocabulary),
        );
    }
    let partitions = [
        (
            "c",
            void::CLASS_PARTITION,
            void::CLASS,
            void::ENTITIES,
            &statistics.classes,
        ),
        (
            "p",
            void::PROPERTY_PARTITION,
            void::PROPERTY,
            void::TRIPLES,
            &statistics.properties,
        ),
    ];
    for (letter, joins, names, counts, all_of) in partitions {
        for (place, (iri, count)) in all_of.iter().enumerate() {
            let part = BlankNode::new_unchecked(format!("{letter}{place}"));
            all.add(dataset.clone(), joins, part.clone());
            all.add(part.clone(), names, NamedNode::new_unchecked(iri.clone()));
            all.add(part, counts, number(*count));
        }
    }
    all.0
}
