//! Helpers for the tests of the whole product.
//!
//! Knows how a Markdown case is written and run (style: one heading is one case), and nothing of HTTP or processes:
//! tests that need a running server lie beside the command in `crates/kenning/tests`.

pub mod case;
