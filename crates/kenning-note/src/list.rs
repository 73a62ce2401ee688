//! Lists that stand in memory until a whole note has been read.

/// Adds to a list that may become long. It grows by an eighth, where doubling would leave up to half of its room unused.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() && list.len() >= 64 {
        list.reserve_exact(list.len() / 8);
    }
    list.push(item);
}
