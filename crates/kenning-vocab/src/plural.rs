//! Names that differ by number alone.

use std::borrow::Cow;

/// The key with the English plural of its head noun folded away: `communities of practice` becomes `community of practice`.
///
/// It is meant for comparing keys, both sides folded; what it gives is not always a word. The head noun is the last word before the
/// first preposition. Only ASCII words are touched.
///
/// ```
/// use kenning_vocab::fold_plural;
/// assert_eq!(fold_plural("communities of practice"), "community of practice");
/// assert_eq!(fold_plural("knowledge bases"), "knowledge base");
/// assert_eq!(fold_plural("tacit and explicit knowledge"), "tacit and explicit knowledge");
/// ```
#[must_use]
pub fn fold_plural(key: &str) -> Cow<'_, str> {
    const PREPOSITIONS: [&str; 16] = [
        "of", "in", "for", "on", "to", "with", "at", "by", "from", "between", "among", "under",
        "over", "about", "without", "as",
    ];
    // A path keeps its folders: only its last name is folded.
    let start = key.rfind('/').map_or(0, |slash| slash + 1);
    let mut head = None;
    let mut at = start;
    for word in key.get(start..).unwrap_or_default().split(' ') {
        if head.is_some() && PREPOSITIONS.contains(&word) {
            break;
        }
        head = Some((at, word));
        at += word.len() + 1;
    }
    let Some((at, word)) = head else {
        return Cow::Borrowed(key);
    };
    let Some((cut, ending)) = singular(word) else {
        return Cow::Borrowed(key);
    };
    let (Some(before), Some(after)) = (key.get(..at + cut), key.get(at + word.len()..)) else {
        return Cow::Borrowed(key);
    };
    Cow::Owned(format!("{before}{ending}{after}"))
}

/// How many bytes of a plural stay, and what comes after them.
fn singular(word: &str) -> Option<(usize, &'static str)> {
    const SAME: [&str; 8] = [
        "series", "species", "news", "means", "lens", "always", "perhaps", "os",
    ];
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) || SAME.contains(&word) {
        return None;
    }
    if word.ends_with("ies") {
        return (word.len() > 4).then(|| (word.len() - 3, "y"));
    }
    let with_es = ["sses", "shes", "ches", "xes", "zzes", "oes"];
    if with_es.iter().any(|ending| word.ends_with(ending)) {
        return Some((word.len() - 2, ""));
    }
    // `status`, `analysis`, `process` and `economics` end in `s` and are no plurals.
    let no_plural = ["ss", "us", "is", "ics"];
    if !word.ends_with('s') || no_plural.iter().any(|ending| word.ends_with(ending)) {
        return None;
    }
    Some((word.len() - 1, ""))
}
