//! Labelled graphs: durable truth, an index in memory, and the view that every read goes through.
