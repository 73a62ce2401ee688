//! SPARQL over a view.
