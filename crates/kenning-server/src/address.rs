//! IRIs as addresses, and back.
//!
//! An IRI may hold letters of every script. An address is a URI, where such a letter is percent-encoded (RFC 3987, section 3.1), and a client
//! sends it so. What it means is found out by reading it in each of the ways in which an IRI may have become that address.

/// A path as an address has it.
pub(crate) fn ascii(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

/// The paths of IRIs that the path of an address may stand for, without repetition: as it was sent, as we would have minted it, and with the letters
/// outside ASCII as themselves (RFC 3987, section 3.2).
pub(crate) fn readings(path: &str) -> Vec<String> {
    let mut all = vec![path.to_owned()];
    let others = [kenning_vocab::canonical_path(path), Some(unescaped(path))];
    for other in others.into_iter().flatten() {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

/// The path with its escaped letters outside ASCII as themselves, and every other escape as it is.
fn unescaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, escapes) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let bytes: Vec<u8> = std::iter::successors(Some(escapes), |left| left.get(3..))
            .map_while(|left| {
                let digits = left.strip_prefix('%')?.get(..2)?;
                u8::from_str_radix(digits, 16)
                    .ok()
                    .filter(|byte| *byte >= 0x80)
            })
            .collect();
        let length = match std::str::from_utf8(&bytes) {
            Ok(text) if !text.is_empty() => {
                out.push_str(text);
                bytes.len() * 3
            }
            _ => {
                out.push('%');
                1
            }
        };
        rest = escapes.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_the_iri_it_was_made_of() {
        let rows = [
            "note/w/plain",
            "note/w/\u{dc}n\u{ef}%20\u{e7}\u{f8}d\u{e9}%20%26%2050%25",
            "name/\u{65e5}\u{672c}\u{8a9e}",
            // Not in Normalization Form C, so minted with escapes.
            "name/e%CC%81",
            "name/~..",
            "x/\u{e9}(1)",
        ];
        for path in rows {
            let address = ascii(path);
            assert!(address.is_ascii(), "{address}");
            assert!(readings(&address).contains(&path.to_owned()), "{path}");
        }
        assert!(readings("name/n%c3%bc%2f").contains(&"name/n\u{fc}%2F".to_owned()));
        assert_eq!(unescaped("a%C3%A9%20%zz%"), "a\u{e9}%20%zz%");
        assert_eq!(unescaped("%C3%28%C3"), "%C3%28%C3");
    }
}
