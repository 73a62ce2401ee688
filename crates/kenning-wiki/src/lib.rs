//! A folder of notes: what changed, how its links resolve, and which label each note has.
