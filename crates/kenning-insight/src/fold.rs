//! Names as people type them.

/// The key of a name, under which its IRI is minted: what the reader of notes makes of the same words.
///
/// Case is folded, quotes are dropped, and hyphens, underscores and spaces are alike. It covers what people type at a
/// prompt; width and composition, which the reader of notes folds too, are not touched here.
///
/// ```
/// assert_eq!(kenning_insight::name_key("  Reed-voicing "), "reed voicing");
/// ```
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            '"' | '\'' | '`' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»' => {}
            c if matches!(c, '-' | '_' | '‐' | '‑') || c.is_whitespace() => gap = true,
            c => {
                if gap && !key.is_empty() {
                    key.push(' ');
                }
                gap = false;
                key.push(c);
            }
        }
    }
    if key.is_empty() { name.to_owned() } else { key }
}
