//! Content negotiation (RFC 9110, section 12): which of the offered media types a caller likes best.

use axum::http::{HeaderMap, header};

/// What a caller accepts: ranges with weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Accept {
    ranges: Vec<Range>,
}

#[derive(Debug, Clone, PartialEq)]
struct Range {
    kind: String,
    subtype: String,
    quality: u16,
}

impl Accept {
    /// A caller who did not say: everything is welcome.
    pub(crate) fn anything() -> Self {
        Self { ranges: Vec::new() }
    }

    /// What the `Accept` headers of a request say. Ranges that cannot be read are passed over.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT);
        let texts = values.iter().filter_map(|value| value.to_str().ok());
        Self {
            ranges: texts.flat_map(split_list).filter_map(Range::read).collect(),
        }
    }

    /// Whether the caller left the choice to us: no `Accept` header, or only `*/*`, which is what curl sends unasked.
    pub(crate) fn is_open(&self) -> bool {
        self.ranges
            .iter()
            .all(|range| range.kind == "*" && range.subtype == "*" && range.quality > 0)
    }

    /// The place of the best of the offered media types; of equals, the one offered first. `None` when none is accepted.
    pub(crate) fn best(&self, offered: &[&str]) -> Option<usize> {
        let mut best: Option<(usize, u16)> = None;
        for (place, media_type) in offered.iter().enumerate() {
            let quality = self.quality(media_type);
            if quality > 0 && best.is_none_or(|(_, found)| quality > found) {
                best = Some((place, quality));
            }
        }
        best.map(|(place, _)| place)
    }

    /// The weight of a media type in thousandths: that of the most specific range that fits it.
    pub(crate) fn quality(&self, media_type: &str) -> u16 {
        if self.ranges.is_empty() {
            return 1000;
        }
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let (kind, subtype) = essence.split_once('/').unwrap_or((essence, ""));
        let fitting = self.ranges.iter().filter(|range| {
            (range.kind == "*" || range.kind.eq_ignore_ascii_case(kind))
                && (range.subtype == "*" || range.subtype.eq_ignore_ascii_case(subtype))
        });
        let by_detail =
            |range: &&Range| u8::from(range.kind != "*") + u8::from(range.subtype != "*");
        fitting
            .max_by_key(by_detail)
            .map_or(0, |range| range.quality)
    }
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let (kind, subtype) = parts.next()?.trim().split_once('/')?;
        let mut quality = 1000;
        for parameter in parts {
            if let Some((name, value)) = parameter.split_once('=')
                && name.trim().eq_ignore_ascii_case("q")
            {
                quality = thousandths(value.trim())?;
            }
        }
        (!kind.is_empty() && !subtype.is_empty()).then(|| Self {
            kind: kind.to_lowercase(),
            subtype: subtype.to_lowercase(),
            quality,
        })
    }
}

/// Splits a list at its commas, but not at those within quotes.
fn split_list(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

/// A weight between `0` and `1` with up to three digits after the point.
fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.parse().ok()?;
    if !(0.0..=1.0).contains(&value) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is between 0 and 1000"
    )]
    Some((value * 1000.0).round() as u16)
}

/// The media type of a body, without parameters, in small letters; `None` when the header is missing.
///
/// # Errors
/// The text that was sent, when it is not a media type.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_lowercase())
}

/// The charset parameter of a body, in small letters and without quotes.
pub(crate) fn charset(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const OFFERED: [&str; 4] = [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv; charset=utf-8",
        "text/html",
    ];

    fn choose(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        Accept::of(&headers)
            .best(&OFFERED)
            .map(|place| OFFERED[place])
    }

    #[test]
    fn the_most_wanted_wins_and_of_equals_the_first_offered() {
        let rows = [
            ("*/*", Some(OFFERED[0])),
            ("text/*", Some(OFFERED[2])),
            ("text/html", Some(OFFERED[3])),
            ("TEXT/HTML", Some(OFFERED[3])),
            (
                "text/csv;q=0.5, application/sparql-results+xml;q=0.6",
                Some(OFFERED[1]),
            ),
            (
                "application/sparql-results+json;q=0, */*;q=0.1",
                Some(OFFERED[1]),
            ),
            (
                "*/*;q=0.9, application/sparql-results+json;q=0.1",
                Some(OFFERED[1]),
            ),
            ("image/png", None),
            ("text/csv;q=0", None),
            (
                "application/rdf+xml, application/sparql-results+xml",
                Some(OFFERED[1]),
            ),
            ("text/html;q=nonsense, text/csv;q=0.1", Some(OFFERED[2])),
            (
                "text/csv;charset=utf-8;q=0.4, text/html;level=\"1,2\";q=0.7",
                Some(OFFERED[3]),
            ),
        ];
        for (accept, expected) in rows {
            assert_eq!(choose(accept), expected, "{accept}");
        }
    }

    #[test]
    fn who_says_nothing_takes_anything() {
        assert_eq!(Accept::anything().best(&OFFERED), Some(0));
        assert!(Accept::anything().is_open());
    }

    #[test]
    fn a_charset_is_read_with_and_without_quotes() {
        for value in [
            "text/turtle; charset=UTF-8",
            "text/turtle;Charset=\"utf-8\"",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            assert_eq!(charset(&headers).as_deref(), Some("utf-8"));
            assert_eq!(content_type(&headers).as_deref(), Some("text/turtle"));
        }
    }
}
