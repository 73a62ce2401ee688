//! Tags in JSON-LD: what stands behind `@language`, and the keys of maps by language.

use super::written::{Written, is_tag, unusual};
use rustc_hash::FxHashSet;

/// Follows strings, byte by byte. Where a document writes one tag in several ways, the first counts.
#[derive(Debug, Default)]
pub(crate) struct Json {
    pub(super) written: Written,
    state: State,
    text: Vec<u8>,
    /// Whether the last string was the key `@language`.
    of_language: bool,
    met: FxHashSet<String>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Between,
    String,
    Escaped,
    /// Behind a string that may be a key.
    Behind,
}

/// Tags are not as long as this.
const LONG: usize = 200;

impl Json {
    /// Reads one byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Between | State::Behind, b'"') => {
                self.text.clear();
                State::String
            }
            (State::Between, _) => State::Between,
            (State::String, b'"') => {
                if std::mem::take(&mut self.of_language) {
                    self.note();
                    State::Between
                } else {
                    State::Behind
                }
            }
            (State::String, b'\\') => {
                // No tag has one.
                self.text.push(b'\\');
                State::Escaped
            }
            (State::String, byte) => {
                if self.text.len() < LONG {
                    self.text.push(byte);
                }
                State::String
            }
            (State::Escaped, _) => State::String,
            (State::Behind, b':') => {
                self.of_language = self.text == b"@language";
                self.note();
                State::Between
            }
            (State::Behind, b' ' | b'\t' | b'\n' | b'\r') => State::Behind,
            (State::Behind, _) => State::Between,
        };
    }

    fn note(&mut self) {
        if let Ok(tag) = std::str::from_utf8(&self.text)
            && is_tag(&self.text)
            && self.met.insert(tag.to_ascii_lowercase())
            && let Some(small) = unusual(tag)
        {
            self.written.add_any(&small, tag);
        }
    }
}
