//! Kenning over HTTP.
