//! The frame of every page, and the one way text gets into HTML.
//!
//! Pages are readable without scripts and load nothing but the style sheet of this server.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::reader::Reader;

/// The style sheet, served at `/style.css`.
pub(crate) const STYLE: &str = include_str!("style.css");

/// One page.
pub(crate) struct Page<'a> {
    /// What stands in the window's title.
    pub(crate) title: &'a str,
    /// For whom it is written.
    pub(crate) reader: &'a Reader,
    /// The main part, as HTML.
    pub(crate) body: &'a str,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let who = if self.reader.is_known() {
            format!(
                "<span class=\"who\">{}</span><form method=\"post\" action=\"/sign-out\"><button class=\"quiet\">Sign out</button></form>",
                escape(self.reader.name())
            )
        } else {
            "<span class=\"who\">reading what is public</span><a href=\"/sign-in\">Sign in</a>"
                .to_owned()
        };
        let text = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Kenning</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n\
             <header><a class=\"brand\" href=\"/\">Kenning</a><nav>{who}</nav></header>\n\
             <main>\n{body}\n</main>\n\
             <footer>One graph of what is known, who knows it, and who may see it. \
             <a href=\"/sparql\">SPARQL</a> · <a href=\"/.well-known/void\">About this data</a> · \
             <a href=\"/ns/km\">Vocabulary</a></footer>\n</body>\n</html>\n",
            title = escape(self.title),
            body = self.body,
        );
        let mut response = Response::new(Body::from(text));
        let headers = response.headers_mut();
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "private, no-cache"),
            (header::VARY, "accept, authorization, cookie"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Text as HTML: whatever it holds, it stays text. Fit for elements and for attributes in quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Characters that reverse the text around them can make it read as something else.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' => {
                safe.push('\u{fffd}');
            }
            c => safe.push(c),
        }
    }
    safe
}

/// An address for a link in a page, or nothing when following it could do anything but open a page.
pub(crate) fn link_target(iri: &str) -> Option<String> {
    let lower = iri.to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")).then(|| escape(iri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            escape("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{202e}b\u{7}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(
            link_target("https://example.org/?a=\"b\"").is_some_and(|link| !link.contains('"'))
        );
        for iri in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "urn:a",
            "vbscript:x",
        ] {
            assert_eq!(link_target(iri), None, "{iri}");
        }
    }
}
