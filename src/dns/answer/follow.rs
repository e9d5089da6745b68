//! Answers of more than one step: aliases followed through our zones, delegations with their addresses.
//!
//! The rcode is that of the last name of a chain (RFC 6604), AA that of the first. No record is given twice, so a loop
//! ends where it closes, with NOERROR; a chain has at most [`MOST_LINKS`] links.

use super::super::name::Name;
use super::super::rr::{RecordType, RrSet};
use super::super::zone::{Catalogue, Node, Set, Zone};
use super::lookup::{self, Found};
use super::message::{Part, Records};
use super::query::Path;
use super::{Class, rcode};

/// The most links of a chain of aliases.
const MOST_LINKS: usize = 16;

/// What an answer is made of.
pub(super) struct Composed<'z> {
    /// The outcome.
    pub(super) rcode: u8,
    /// Whether we are responsible for the first name.
    pub(super) authoritative: bool,
    /// What kind of answer it is.
    pub(super) class: Class,
    /// What it is about.
    pub(super) subject: u64,
    /// The answer section.
    pub(super) answers: Vec<Part<'z>>,
    /// The authority section.
    pub(super) authority: Vec<Part<'z>>,
    /// Addresses without which a delegation leads nowhere (RFC 9471).
    pub(super) glue: Vec<Part<'z>>,
    /// Addresses that may be left out.
    pub(super) extra: Vec<Part<'z>>,
}

/// The set that answers a question of this type at a node. Of all there is one is enough (RFC 8482), an alias or the
/// address first.
pub(super) fn pick(node: &Node, kind: RecordType) -> Option<&Set> {
    if kind != RecordType::ANY {
        return node.get(kind);
    }
    let first = [RecordType::CNAME, RecordType::A];
    first
        .into_iter()
        .find_map(|kind| node.get(kind))
        .or_else(|| node.sets().next())
}

/// Composes the answer to a question of this name and type in this zone.
pub(super) fn compose<'z>(
    catalogue: &'z Catalogue,
    zone: &'z Zone,
    path: &Path,
    kind: RecordType,
) -> Composed<'z> {
    let mut composed = Composed {
        rcode: rcode::NOERROR,
        authoritative: true,
        class: Class::Data,
        subject: zone.id(),
        answers: Vec::new(),
        authority: Vec::new(),
        glue: Vec::new(),
        extra: Vec::new(),
    };
    let Ok(mut name) = Name::from_wire(path.wire()) else {
        return composed;
    };
    let mut step = composed.step(zone, path, &name, kind);
    let mut seen = vec![name];
    while let Step::To(target) = step {
        if seen.len() > MOST_LINKS || seen.contains(&target) {
            break;
        }
        name = target;
        let Some(path) = Path::read(name.wire()) else {
            break;
        };
        let Some(zone) = lookup::zone_of(catalogue, &path, kind) else {
            break;
        };
        step = composed.step(zone, &path, &name, kind);
        seen.push(name);
    }
    composed
}

/// Whether the answer is whole.
enum Step {
    /// It is.
    Done,
    /// It goes on at this name.
    To(Name),
}

impl<'z> Composed<'z> {
    fn step(&mut self, zone: &'z Zone, path: &Path, name: &Name, kind: RecordType) -> Step {
        match lookup::walk(zone, path, kind) {
            Found::Exact(node) | Found::Wildcard(node) => self.at_node(zone, node, name, kind),
            Found::Redirect(set, labels) => self.redirect(&set.records, labels, name),
            Found::Cut(set) => self.refer(zone, &set.records),
            Found::Missing => {
                self.rcode = rcode::NXDOMAIN;
                self.nothing(zone, Class::Missing)
            }
        }
    }

    fn at_node(&mut self, zone: &'z Zone, node: &'z Node, name: &Name, kind: RecordType) -> Step {
        if let Some(set) = pick(node, kind) {
            self.answers.push(held(name.clone(), &set.records));
            if set.records.kind() == RecordType::NS {
                self.addresses(zone, &set.records, None);
            }
            return Step::Done;
        }
        let Some(alias) = node.get(RecordType::CNAME) else {
            return self.nothing(zone, Class::Empty);
        };
        self.answers.push(held(name.clone(), &alias.records));
        let target = alias.records.data().first();
        match target.and_then(|datum| Name::from_wire(datum.wire()).ok()) {
            Some(target) => Step::To(target),
            None => Step::Done,
        }
    }

    /// Goes on below a DNAME record, which with its owner's `labels` is put in front.
    fn redirect(&mut self, set: &'z RrSet, labels: usize, name: &Name) -> Step {
        let is_there =
            |part: &Part<'_>| matches!(part.records, Records::Held(held) if std::ptr::eq(held, set));
        if !self.answers.iter().any(is_there) {
            self.answers.push(held(set.name().clone(), set));
        }
        let target = set
            .data()
            .first()
            .and_then(|datum| Name::from_wire(datum.wire()).ok());
        let Some(target) = target else { return Step::Done };
        let own: Vec<&[u8]> = name.labels().take(name.label_count() - labels).collect();
        let target = own
            .iter()
            .rev()
            .try_fold(target, |below, label| below.child(label));
        let Ok(target) = target else {
            self.rcode = rcode::YXDOMAIN;
            return Step::Done;
        };
        self.answers.push(Part {
            owner: name.clone(),
            ttl: set.ttl(),
            records: Records::Alias(target.clone()),
        });
        Step::To(target)
    }

    fn refer(&mut self, zone: &'z Zone, set: &'z RrSet) -> Step {
        if self.answers.is_empty() {
            self.authoritative = false;
            self.class = Class::Referral;
        }
        self.authority.push(held(set.name().clone(), set));
        self.addresses(zone, set, Some(set.name()));
        Step::Done
    }

    fn nothing(&mut self, zone: &'z Zone, class: Class) -> Step {
        self.class = class;
        let soa = zone.apex().get(RecordType::SOA);
        self.authority.extend(soa.map(|soa| Part {
            owner: zone.origin().clone(),
            ttl: zone.negative_ttl(),
            records: Records::Held(&soa.records),
        }));
        Step::Done
    }

    /// The addresses this zone has of name servers; those at or below the cut are needed, others are a kindness.
    fn addresses(&mut self, zone: &'z Zone, servers: &RrSet, cut: Option<&Name>) {
        for datum in servers.data() {
            let Ok(server) = Name::from_wire(datum.wire()) else {
                continue;
            };
            let Some(node) = zone.node(&server) else { continue };
            let is_needed = cut.is_some_and(|cut| server.is_at_or_below(cut));
            let into = if is_needed {
                &mut self.glue
            } else {
                &mut self.extra
            };
            let sets = [RecordType::A, RecordType::AAAA];
            let sets = sets.into_iter().filter_map(|kind| node.get(kind));
            into.extend(sets.map(|set| held(server.clone(), &set.records)));
        }
    }
}

fn held(owner: Name, set: &RrSet) -> Part<'_> {
    Part {
        owner,
        ttl: set.ttl(),
        records: Records::Held(set),
    }
}
