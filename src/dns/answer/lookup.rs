//! Where a name leads in one zone: the tree is walked once, from the apex down.
//!
//! On the way the first delegation or DNAME ends the walk; where it cannot go on, the last name it found is the closest
//! encloser, and only a wildcard right below that one counts (RFC 4592). Names that are there only because something
//! is below them are nodes like others, so they hide wildcards as they must.

use super::super::rr::RecordType;
use super::super::zone::{Catalogue, Node, Set, Zone};
use super::query::Path;

/// What a walk ends with.
pub(super) enum Found<'z> {
    /// The name is there.
    Exact(&'z Node),
    /// The name is not there, and a wildcard stands for it.
    Wildcard(&'z Node),
    /// The name is at or below a delegation: its NS records.
    Cut(&'z Set),
    /// The name is below a DNAME record, whose name has so many labels.
    Redirect(&'z Set, usize),
    /// There is no such name.
    Missing,
}

/// The zone that answers for a name: the one with the longest name that is an end of it. Delegation signers are the
/// parent's at the child's name.
pub(super) fn zone_of<'c>(catalogue: &'c Catalogue, path: &Path, kind: RecordType) -> Option<&'c Zone> {
    let longest = catalogue.most_labels().min(path.labels());
    let mut zones = (0..=longest)
        .rev()
        .filter_map(|labels| catalogue.by_wire(path.end(labels)));
    let zone = zones.next()?;
    if kind == RecordType::DS && zone.labels() == path.labels() {
        return Some(zones.next().unwrap_or(zone));
    }
    Some(zone)
}

/// Walks the zone, which is one of the name's ends.
pub(super) fn walk<'z>(zone: &'z Zone, path: &Path, kind: RecordType) -> Found<'z> {
    let mut node = zone.apex();
    for number in (0..path.labels() - zone.labels()).rev() {
        if let Some(set) = node.get(RecordType::DNAME) {
            return Found::Redirect(set, path.labels() - number - 1);
        }
        let Some(child) = node.child(path.label(number)) else {
            return node.wildcard().map_or(Found::Missing, Found::Wildcard);
        };
        if let Some(set) = child.get(RecordType::NS)
            && !(number == 0 && kind == RecordType::DS)
        {
            return Found::Cut(set);
        }
        node = child;
    }
    Found::Exact(node)
}
