//! `/sitemap.xml`: the pages that everybody may see, for search engines, where the operator has switched it on (sitemaps.org, 0.9).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kenning_access::Clearance;
use kenning_store::{GraphPattern, Pattern, View};
use oxrdf::Term;

use crate::error::HttpError;
use crate::html::escape;
use crate::protocol::{one, parameters};
use crate::reader::Reader;
use crate::{App, address};

/// Most addresses of one file, as the format has it.
const MOST: usize = 50_000;

const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `GET /sitemap.xml`: the same for whoever asks, and made with nobody's eyes but the public's. Where there are more pages than one
/// file may hold, it lists its parts, `/sitemap.xml?part=0` and so on.
pub(crate) async fn sitemap(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    if !app.policy().sitemap {
        return Err(HttpError::Absent);
    }
    let asked = parameters(request.uri().query().unwrap_or_default())?;
    let part = one(&asked, "part")?.map(str::parse::<usize>).transpose();
    let part = part.map_err(|_| HttpError::Absent)?;
    let view = app.kb.view(&Clearance::anonymous());
    let app_too = Arc::clone(&app);
    let text = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let made = app_too.sitemaps.get(view.fingerprint(), || {
                pages(&view.with_cancel(cancel.clone()), app_too.base.as_str())
            })?;
            let parts = made.len().div_ceil(MOST);
            match part {
                None if parts > 1 => Ok(index(app_too.base.as_str(), parts)),
                part => {
                    let begin = part.unwrap_or(0).checked_mul(MOST);
                    let rest = begin.and_then(|begin| made.get(begin..));
                    let rest = rest.filter(|rest| part.is_none() || !rest.is_empty());
                    let rest = rest.ok_or(HttpError::Absent)?;
                    Ok(listing(rest.get(..MOST).unwrap_or(rest)))
                }
            }
        })
        .await?;
    let fixed = [
        (header::CONTENT_TYPE, "application/xml; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    Ok((fixed, text).into_response())
}

/// The addresses of the pages of all things that the view says something of, in order.
fn pages(view: &View, base: &str) -> Result<Vec<String>, HttpError> {
    let space = format!("{base}id/");
    let mut subjects = BTreeSet::new();
    for quad in view.quads(Pattern::all(GraphPattern::Union)) {
        subjects.insert(quad.map_err(|_| HttpError::Busy)?.subject);
    }
    let mut pages: Vec<String> = subjects
        .into_iter()
        .filter_map(|id| match view.term(id) {
            Term::NamedNode(node) => {
                let rest = node.as_str().strip_prefix(&space)?;
                // A part of a thing stands on the page of the whole; graphs are how things are kept.
                let is_page = !rest.contains('#') && !rest.starts_with("graph/");
                is_page.then(|| format!("{base}page/{}", address::ascii(rest)))
            }
            _ => None,
        })
        .collect();
    pages.sort();
    Ok(pages)
}

fn listing(pages: &[String]) -> String {
    let mut text = format!("{BEGIN}<urlset xmlns=\"{SPACE}\">\n");
    for page in pages {
        text.push_str(&format!("<url><loc>{}</loc></url>\n", escape(page)));
    }
    text.push_str("</urlset>\n");
    text
}

fn index(base: &str, parts: usize) -> String {
    let mut text = format!("{BEGIN}<sitemapindex xmlns=\"{SPACE}\">\n");
    for part in 0..parts {
        text.push_str(&format!(
            "<sitemap><loc>{}sitemap.xml?part={part}</loc></sitemap>\n",
            escape(base)
        ));
    }
    text.push_str("</sitemapindex>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped() {
        let text = listing(&["https://kb.example/page/a?b&c".to_owned()]);
        assert!(
            text.contains("<loc>https://kb.example/page/a?b&amp;c</loc>"),
            "{text}"
        );
        assert!(index("https://kb.example/", 2).contains("sitemap.xml?part=1"));
    }
}
