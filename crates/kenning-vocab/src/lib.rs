//! Names: IRIs as constants, and the ontology files they come from.
