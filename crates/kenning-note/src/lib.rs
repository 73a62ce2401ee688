//! The text of one note: what it says, what it links to, and its triples.
