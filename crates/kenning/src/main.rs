//! The command: notes in, protected knowledge graph out.
fn main() {}
