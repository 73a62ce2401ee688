//! SHACL Core over a view (being written by the integrator: the rest of this crate is free).
