//! Entity tags (RFC 9110, section 8.8.3) and what else an answer made of data says to caches.
//!
//! A tag is made of what the asker sees (names, labels and versions of its visible graphs), the media type and the
//! question. So it changes only when something the asker can see changes, and tells nothing about the rest.

use axum::http::{HeaderMap, HeaderValue, header};
use kenning_store::View;

/// The weak tag of an answer to the question that `parts` make up, over `view`.
pub(crate) fn tag(view: &View, parts: &[&str]) -> HeaderValue {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&view.fingerprint());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    write(&hasher)
}

/// The weak tag of something that is the same for everybody.
pub(crate) fn tag_of(parts: &[&[u8]]) -> HeaderValue {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    write(&hasher)
}

fn write(hasher: &blake3::Hasher) -> HeaderValue {
    let hex = hasher.finalize().to_hex();
    let text = format!("W/\"{}\"", hex.get(..32).unwrap_or_default());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// Whether the caller has the answer with this tag already (`If-None-Match`).
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    listed(headers, header::IF_NONE_MATCH, tag)
}

/// Whether a header of tags names this one, or any. The comparison is the weak one.
pub(crate) fn listed(headers: &HeaderMap, name: header::HeaderName, tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim() == "*" || bare(listed) == bare(tag))
}

/// The headers of every answer that is made of data. The same for all askers and all data: a header that came and went
/// with what is hidden would tell of it.
pub(crate) fn data_headers(headers: &mut HeaderMap, tag: Option<HeaderValue>) {
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, authorization, cookie"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        let tag = HeaderValue::from_static("W/\"abc\"");
        let rows = [
            ("W/\"abc\"", true),
            ("\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("*", true),
            ("\"x\"", false),
            ("", false),
        ];
        for (text, known) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(text));
            assert_eq!(is_known(&headers, &tag), known, "{text}");
        }
    }
}
