//! Tags in RDF/XML: what stands in `xml:lang`.

use super::written::{Written, is_tag, unusual};
use rustc_hash::FxHashSet;

const NAME: &[u8] = b"xml:lang";

/// Follows the attribute, byte by byte. Where a document writes one tag in several ways, the first counts.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    pub(super) written: Written,
    state: State,
    tag: Vec<u8>,
    met: FxHashSet<String>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// So many letters of the name have been met.
    Name(usize),
    /// Behind the name, and whether behind the sign of equality.
    Sign(bool),
    Value(u8),
}

impl Default for State {
    fn default() -> Self {
        Self::Name(0)
    }
}

impl Xml {
    /// Reads one byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.state = match self.state {
            State::Name(met) if NAME.get(met) == Some(&byte) => match met + 1 == NAME.len() {
                true => State::Sign(false),
                false => State::Name(met + 1),
            },
            State::Name(_) => State::Name(usize::from(NAME.first() == Some(&byte))),
            State::Sign(behind) => match byte {
                b'=' if !behind => State::Sign(true),
                b' ' | b'\t' | b'\n' | b'\r' => State::Sign(behind),
                b'"' | b'\'' if behind => {
                    self.tag.clear();
                    State::Value(byte)
                }
                _ => State::default(),
            },
            State::Value(quote) if byte == quote => {
                self.note();
                State::default()
            }
            // No tag is as long.
            State::Value(_) if self.tag.len() > 200 => State::default(),
            State::Value(quote) => {
                self.tag.push(byte);
                State::Value(quote)
            }
        };
    }

    fn note(&mut self) {
        if let Ok(tag) = std::str::from_utf8(&self.tag)
            && is_tag(&self.tag)
            && self.met.insert(tag.to_ascii_lowercase())
            && let Some(small) = unusual(tag)
        {
            self.written.add_any(&small, tag);
        }
    }
}
