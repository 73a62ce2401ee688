//! Long lists of triple patterns.

use std::mem;

use spargebra::algebra::GraphPattern;

/// Most triple patterns that the planner is given at once: it takes the cube of their number (250 take it seconds).
const TOGETHER: usize = 32;

/// Splits a long list into pieces that are answered one after the other.
pub(super) fn mend(pattern: &mut GraphPattern) {
    if let GraphPattern::Bgp { patterns } = pattern
        && patterns.len() > TOGETHER
    {
        let pieces = patterns.chunks(TOGETHER).map(|piece| GraphPattern::Bgp {
            patterns: piece.to_vec(),
        });
        let split = pieces.reduce(|left, right| GraphPattern::Lateral {
            left: Box::new(left),
            right: Box::new(right),
        });
        *pattern = split.unwrap_or_else(|| mem::take(pattern));
    }
}
