//! The request forms of the SPARQL 1.1 Protocol (section 2): what is asked, wherever in the request it stands.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use kenning_sparql::{Dataset, DefaultGraphs};
use oxrdf::NamedNode;

use crate::error::HttpError;
use crate::evaluate::read_body;
use crate::negotiate::{charset, content_type};
use crate::settings::{DefaultGraph, ServerSettings};

/// Media types of the direct forms and of forms.
const QUERY: &str = "application/sparql-query";
const UPDATE: &str = "application/sparql-update";
const FORM: &str = "application/x-www-form-urlencoded";

/// Which operations a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// `/query`
    Queries,
    /// `/update`
    Updates,
    /// `/sparql`
    Both,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A query, with the dataset it names.
    Query(Asked),
    /// An update, with the dataset it names.
    Update(Asked),
    /// A GET without a query: for `/sparql`, which describes itself then.
    Nothing,
}

/// The text of a query or update, and the parameters beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    /// The text.
    pub(crate) text: String,
    /// `default-graph-uri` or `using-graph-uri`.
    pub(crate) default_graphs: Vec<NamedNode>,
    /// `named-graph-uri` or `using-named-graph-uri`.
    pub(crate) named_graphs: Vec<NamedNode>,
    /// `format`, which counts only where the caller accepts anything.
    pub(crate) format: Option<String>,
}

impl Asked {
    /// The dataset the request names; `None` when it names none, and the text or the settings decide.
    pub(crate) fn dataset(&self) -> Option<Dataset> {
        if self.default_graphs.is_empty() && self.named_graphs.is_empty() {
            return None;
        }
        Some(Dataset {
            default: DefaultGraphs::These(self.default_graphs.clone()),
            named: Some(self.named_graphs.clone()),
        })
    }
}

/// Reads what a request asks for. Nobody is listened to for longer than they may have something to say: whoever may not write
/// (`may_write`) sends queries, and those are short.
///
/// # Errors
/// A 4xx that says which rule of the protocol the request breaks.
pub(crate) async fn read(
    takes: Takes,
    settings: &ServerSettings,
    may_write: bool,
    request: Request,
) -> Result<Operation, HttpError> {
    let (parts, body) = request.into_parts();
    let in_url = parameters(parts.uri.query().unwrap_or_default())?;
    if parts.method != Method::POST {
        return by_get(takes, &in_url);
    }
    let kind = content_type(&parts.headers).unwrap_or_default();
    let fits = match kind.as_str() {
        QUERY => takes != Takes::Updates,
        UPDATE => takes != Takes::Queries,
        FORM => true,
        _ => false,
    };
    if !fits {
        let read = match takes {
            Takes::Queries => vec![FORM, QUERY],
            Takes::Updates => vec![FORM, UPDATE],
            Takes::Both => vec![FORM, QUERY, UPDATE],
        };
        return Err(if kind.starts_with("multipart/") {
            HttpError::Multipart(read)
        } else {
            HttpError::MediaType(read)
        });
    }
    let writes = may_write && takes != Takes::Queries;
    let limit = match kind.as_str() {
        QUERY => settings.query_bytes,
        _ if writes => settings.body_bytes,
        // Each letter of a query may stand in a form as three, and the names of graphs stand beside it.
        FORM => settings.query_bytes.saturating_mul(4),
        _ => settings.query_bytes,
    };
    let text = read_text(&parts.headers, body, limit).await?;
    match kind.as_str() {
        FORM => by_form(takes, settings, &in_url, &parameters(&text)?),
        UPDATE => direct_update(&in_url, text),
        _ => direct_query(&in_url, text),
    }
}

fn by_get(takes: Takes, in_url: &[(String, String)]) -> Result<Operation, HttpError> {
    if one(in_url, "update")?.is_some() {
        return Err(HttpError::Request(
            "an update is sent by POST, never in the address".to_owned(),
        ));
    }
    match one(in_url, "query")? {
        Some(text) => Ok(Operation::Query(query(in_url, text.to_owned())?)),
        None if takes == Takes::Both => Ok(Operation::Nothing),
        None => Err(HttpError::Request(
            "the parameter `query` is missing".to_owned(),
        )),
    }
}

fn by_form(
    takes: Takes,
    settings: &ServerSettings,
    in_url: &[(String, String)],
    in_body: &[(String, String)],
) -> Result<Operation, HttpError> {
    let all: Vec<(String, String)> = in_body.iter().chain(in_url).cloned().collect();
    let (asked, told) = (one(&all, "query")?, one(&all, "update")?);
    match (asked, told) {
        (Some(_), Some(_)) => Err(HttpError::Request(
            "one request is either a query or an update".to_owned(),
        )),
        (Some(text), None) if takes != Takes::Updates => {
            if text.len() as u64 > settings.query_bytes {
                return Err(HttpError::BodyTooLarge(settings.query_bytes));
            }
            Ok(Operation::Query(query(&all, text.to_owned())?))
        }
        (None, Some(text)) if takes != Takes::Queries && one(in_url, "update")?.is_none() => {
            Ok(Operation::Update(update(&all, text.to_owned())?))
        }
        _ => Err(HttpError::Request(match takes {
            Takes::Queries => "the parameter `query` is missing".to_owned(),
            Takes::Updates => "the parameter `update` is missing".to_owned(),
            Takes::Both => "the parameter `query` or `update` is missing".to_owned(),
        })),
    }
}

fn direct_query(in_url: &[(String, String)], text: String) -> Result<Operation, HttpError> {
    none_of(in_url, &["query", "update"])?;
    Ok(Operation::Query(query(in_url, text)?))
}

fn direct_update(in_url: &[(String, String)], text: String) -> Result<Operation, HttpError> {
    none_of(in_url, &["query", "update"])?;
    Ok(Operation::Update(update(in_url, text)?))
}

/// Section 2.1: a query names its dataset with `default-graph-uri` and `named-graph-uri`. Unknown parameters are passed over.
fn query(parameters: &[(String, String)], text: String) -> Result<Asked, HttpError> {
    Ok(Asked {
        text,
        default_graphs: graphs(parameters, "default-graph-uri")?,
        named_graphs: graphs(parameters, "named-graph-uri")?,
        format: parameters
            .iter()
            .find(|(name, _)| name == "format")
            .map(|(_, value)| value.clone()),
    })
}

/// Section 2.2: an update names it with `using-graph-uri` and `using-named-graph-uri`.
fn update(parameters: &[(String, String)], text: String) -> Result<Asked, HttpError> {
    Ok(Asked {
        text,
        default_graphs: graphs(parameters, "using-graph-uri")?,
        named_graphs: graphs(parameters, "using-named-graph-uri")?,
        format: None,
    })
}

fn graphs(parameters: &[(String, String)], name: &str) -> Result<Vec<NamedNode>, HttpError> {
    parameters
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| {
            NamedNode::new(value.clone())
                .map_err(|_| HttpError::Request(format!("`{name}` is not an absolute IRI")))
        })
        .collect()
}

/// The value of a parameter that may stand once.
///
/// # Errors
/// [`HttpError::Request`] when it stands twice (section 2.1.4 asks for exactly one).
pub(crate) fn one<'a>(
    parameters: &'a [(String, String)],
    name: &str,
) -> Result<Option<&'a str>, HttpError> {
    let mut values = parameters.iter().filter(|(key, _)| key == name);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(HttpError::Request(format!(
            "the parameter `{name}` stands twice"
        ))),
        (first, None) => Ok(first.map(|(_, value)| value.as_str())),
    }
}

fn none_of(parameters: &[(String, String)], names: &[&str]) -> Result<(), HttpError> {
    match parameters
        .iter()
        .find(|(key, _)| names.contains(&key.as_str()))
    {
        Some((name, _)) => Err(HttpError::Request(format!(
            "`{name}` stands in the address and another text in the body"
        ))),
        None => Ok(()),
    }
}

/// Reads a body that is text in UTF-8.
///
/// # Errors
/// [`HttpError::BodyTooLarge`], or [`HttpError::Request`] for another charset or bytes that are not UTF-8.
pub(crate) async fn read_text(
    headers: &HeaderMap,
    body: Body,
    limit: u64,
) -> Result<String, HttpError> {
    insist_on_utf8(headers)?;
    let bytes = read_body(body, limit).await?;
    String::from_utf8(bytes.into())
        .map_err(|_| HttpError::Request("the body is not UTF-8".to_owned()))
}

/// Every format we read is UTF-8.
///
/// # Errors
/// [`HttpError::Request`] when the request names another charset.
pub(crate) fn insist_on_utf8(headers: &HeaderMap) -> Result<(), HttpError> {
    match charset(headers) {
        Some(other) if !matches!(other.as_str(), "utf-8" | "utf8" | "us-ascii") => {
            Err(HttpError::Request(format!(
                "the charset `{other}` is not read here; send UTF-8"
            )))
        }
        _ => Ok(()),
    }
}

/// The most parameters of one request: each takes far more than the two bytes it may be written with.
const PARAMETERS: usize = 10_000;

/// Decodes `application/x-www-form-urlencoded`, in the order written.
///
/// # Errors
/// [`HttpError::Request`] when there are too many, or a value is not UTF-8; the forgiving reading would ask something else than
/// was meant.
pub(crate) fn parameters(text: &str) -> Result<Vec<(String, String)>, HttpError> {
    let decode = |part: &str| {
        let part = part.replace('+', " ");
        percent_encoding::percent_decode_str(&part)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| HttpError::Request("a parameter is not UTF-8".to_owned()))
    };
    let pairs = || text.split('&').filter(|pair| !pair.is_empty());
    if pairs().nth(PARAMETERS).is_some() {
        return Err(HttpError::Request(format!(
            "a request has at most {PARAMETERS} parameters"
        )));
    }
    pairs()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// What a query reads that names no dataset.
pub(crate) fn usual_dataset(settings: &ServerSettings) -> Dataset {
    Dataset {
        default: match settings.default_graph {
            DefaultGraph::Union => DefaultGraphs::Union,
            DefaultGraph::Own => DefaultGraphs::Own,
        },
        named: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(
        takes: Takes,
        method: &str,
        uri: &str,
        kind: &str,
        body: &str,
    ) -> Result<Operation, HttpError> {
        let mut request = Request::builder().method(method).uri(uri);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        read(takes, &ServerSettings::default(), true, request).await
    }

    #[tokio::test]
    async fn a_query_comes_in_three_forms() {
        let rows = [
            ("GET", "/query?query=ASK+%7B%7D&results=json", "", ""),
            (
                "POST",
                "/query",
                "application/x-www-form-urlencoded; charset=UTF-8",
                "query=ASK%20%7B%7D",
            ),
            (
                "POST",
                "/query",
                "application/sparql-query;charset=utf-8",
                "ASK {}",
            ),
        ];
        for (method, uri, kind, body) in rows {
            let Ok(Operation::Query(asked)) = ask(Takes::Queries, method, uri, kind, body).await
            else {
                panic!("{method} {uri} {kind}");
            };
            assert_eq!(asked.text, "ASK {}");
            assert_eq!(asked.dataset(), None);
        }
    }

    #[tokio::test]
    async fn what_the_protocol_forbids_is_refused() {
        let form = "application/x-www-form-urlencoded";
        let rows = [
            (Takes::Queries, "GET", "/query", "", "", 400),
            (
                Takes::Queries,
                "GET",
                "/query?query=ASK{}&query=ASK{}",
                "",
                "",
                400,
            ),
            (Takes::Both, "GET", "/sparql?update=DROP+ALL", "", "", 400),
            (
                Takes::Updates,
                "POST",
                "/update?update=DROP+ALL",
                form,
                "",
                400,
            ),
            (
                Takes::Updates,
                "POST",
                "/update",
                form,
                "update=a&update=b",
                400,
            ),
            (
                Takes::Both,
                "POST",
                "/sparql",
                form,
                "update=a&query=b",
                400,
            ),
            (
                Takes::Queries,
                "POST",
                "/query",
                "text/plain",
                "ASK {}",
                415,
            ),
            (Takes::Queries, "POST", "/query", "", "ASK {}", 415),
            (
                Takes::Queries,
                "POST",
                "/query",
                "multipart/form-data; boundary=x",
                "",
                415,
            ),
            (
                Takes::Queries,
                "POST",
                "/query",
                "application/sparql-update",
                "DROP ALL",
                415,
            ),
            (
                Takes::Queries,
                "POST",
                "/query",
                "application/sparql-query; charset=utf-16",
                "ASK {}",
                400,
            ),
            (
                Takes::Queries,
                "POST",
                "/query?query=ASK{}",
                "application/sparql-query",
                "ASK {}",
                400,
            ),
            (Takes::Queries, "GET", "/query?query=%FF", "", "", 400),
            (
                Takes::Queries,
                "GET",
                "/query?query=ASK{}&default-graph-uri=not+an+iri",
                "",
                "",
                400,
            ),
        ];
        for (takes, method, uri, kind, body, status) in rows {
            let error = ask(takes, method, uri, kind, body).await.unwrap_err();
            assert_eq!(
                error.status().as_u16(),
                status,
                "{method} {uri} {kind}: {error:?}"
            );
        }
    }

    #[tokio::test]
    async fn the_request_names_the_dataset() {
        let uri = "/query?query=ASK{}&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c";
        let Ok(Operation::Query(asked)) = ask(Takes::Queries, "GET", uri, "", "").await else {
            panic!("not a query");
        };
        assert_eq!(asked.default_graphs.len(), 2);
        assert_eq!(asked.named_graphs.len(), 1);
        let form = "update=CLEAR+ALL&using-graph-uri=urn:a&default-graph-uri=urn:b";
        let kind = "application/x-www-form-urlencoded";
        let Ok(Operation::Update(told)) = ask(Takes::Updates, "POST", "/update", kind, form).await
        else {
            panic!("not an update");
        };
        assert_eq!(told.default_graphs.len(), 1);
    }
}
