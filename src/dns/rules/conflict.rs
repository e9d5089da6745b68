//! Rules between records, on the state after a change: aliases, delegations, redirections, the apex.
//!
//! Only what the change puts somewhere is judged, with what is beside, above and below it, and what it takes away from
//! others: a zone that was imported leniently can be edited, and mended piece by piece. A record elsewhere that points
//! to a name which becomes an alias is not looked for: that would be a search through the zone.

use std::collections::BTreeSet;

use super::super::name::Name;
use super::super::rdata;
use super::super::rr::{RecordType, RrSet};
use super::after::After;
use super::{Level, RuleError, State};

/// Types that stand beside anything: what a signer puts there.
const fn is_proof(kind: RecordType) -> bool {
    matches!(kind, RecordType::RRSIG | RecordType::NSEC | RecordType::NSEC3)
}

const fn is_address(kind: RecordType) -> bool {
    matches!(kind, RecordType::A | RecordType::AAAA)
}

/// Adds what the change breaks.
pub(super) fn check<S: State>(
    after: &After<'_, S>,
    level: Level,
    broken: &mut Vec<RuleError>,
) -> Result<(), S::Error> {
    let mut judge = Judge {
        after,
        broken,
        cuts: BTreeSet::new(),
    };
    for name in after.touched() {
        let kinds = after.kinds(name)?;
        judge.apex(name, &kinds);
        judge.alone(name, &kinds);
        if level == Level::User {
            judge.delegation(name, &kinds)?;
            judge.redirection(name, &kinds)?;
            judge.above(name)?;
            judge.targets(name)?;
        }
    }
    judge.servers()
}

/// The error of an apex without one of the types it must have.
pub(super) fn apex_lacks(origin: &Name, kind: RecordType, index: usize) -> RuleError {
    RuleError {
        index,
        field: "type",
        rule: "apex",
        text: format!(
            "{origin} is a zone and keeps its {kind} records; change them, but do not take all away"
        ),
    }
}

struct Judge<'a, 'b, S> {
    after: &'a After<'b, S>,
    broken: &'a mut Vec<RuleError>,
    /// Delegations whose servers' addresses the change may have to do with.
    cuts: BTreeSet<Name>,
}

impl<S: State> Judge<'_, '_, S> {
    fn push(
        &mut self,
        (name, kind): (&Name, RecordType),
        field: &'static str,
        rule: &'static str,
        text: String,
    ) {
        let index = self.after.index_of(name, kind);
        self.broken.push(RuleError {
            index,
            field,
            rule,
            text,
        });
    }

    /// The apex has a SOA and servers; no other name has a SOA.
    fn apex(&mut self, name: &Name, kinds: &[RecordType]) {
        if name == self.after.origin() {
            for kind in [RecordType::SOA, RecordType::NS] {
                if !kinds.contains(&kind) {
                    let index = self.after.index_of(name, kind);
                    self.broken.push(apex_lacks(name, kind, index));
                }
            }
        } else if kinds.contains(&RecordType::SOA) {
            let text = format!("only the zone itself, {}, has a SOA", self.after.origin());
            self.push((name, RecordType::SOA), "type", "apex", text);
        }
    }

    /// An alias stands alone, and some types have one record only.
    fn alone(&mut self, name: &Name, kinds: &[RecordType]) {
        if kinds.contains(&RecordType::CNAME) && self.after.put_at(name).next().is_some() {
            let beside = kinds
                .iter()
                .find(|kind| **kind != RecordType::CNAME && !is_proof(**kind));
            if name == self.after.origin() {
                let text = "a zone itself cannot be an alias; give it A and AAAA records instead".to_owned();
                self.push((name, RecordType::CNAME), "type", "alias", text);
            } else if let Some(beside) = beside {
                let text = format!(
                    "{name} is an alias (CNAME) and cannot have {beside} records too; take one of them away in the \
                     same change"
                );
                self.push((name, RecordType::CNAME), "type", "alias", text);
            }
        }
        for set in self.after.put_at(name) {
            let single = matches!(
                set.kind(),
                RecordType::CNAME | RecordType::DNAME | RecordType::SOA
            );
            if single && set.data().len() > 1 {
                let text = format!(
                    "{name} has {} {} records and can have one",
                    set.data().len(),
                    set.kind()
                );
                self.push((name, set.kind()), "content", "single", text);
            }
        }
    }

    /// What may stand at a delegation, and below it.
    fn delegation(&mut self, name: &Name, kinds: &[RecordType]) -> Result<(), S::Error> {
        let at_apex = name == self.after.origin();
        let has_ns = kinds.contains(&RecordType::NS);
        let puts_ns = self.after.is_put(name, RecordType::NS);
        let about_ds = self.after.is_put(name, RecordType::DS) || self.after.is_edited(name, RecordType::NS);
        if kinds.contains(&RecordType::DS) && about_ds && (at_apex || !has_ns) {
            let text = if at_apex {
                format!("the DS of {name} belongs into the zone above it")
            } else {
                format!("{name} has DS records, which need NS records beside them")
            };
            self.push((name, RecordType::DS), "type", "delegation", text);
        }
        if !has_ns || at_apex {
            return Ok(());
        }
        self.cuts.insert(name.clone());
        if name.is_wildcard() && puts_ns {
            let text = format!("{name} cannot be delegated: a wildcard has no servers of its own");
            self.push((name, RecordType::NS), "name", "wildcard", text);
        }
        let servers = self.servers_of(name)?;
        let beside = kinds.iter().find(|kind| {
            let own_address = is_address(**kind) && servers.contains(name);
            let is_new = puts_ns || self.after.is_put(name, **kind);
            is_new && !matches!(**kind, RecordType::NS | RecordType::DS) && !is_proof(**kind) && !own_address
        });
        if let Some(beside) = beside {
            let text = format!(
                "{name} is delegated to other servers (NS), which answer for its {beside} records; keep only one of them"
            );
            self.push((name, *beside), "type", "delegation", text);
        }
        if !puts_ns {
            return Ok(());
        }
        let hidden = self.after.any_below(name, |at, kind| {
            !(is_proof(kind) || is_address(kind) && servers.contains(at))
        })?;
        if let Some((at, kind)) = hidden {
            let text = format!(
                "{name} would be delegated to other servers, which hides the {kind} records of {at}; take them away first"
            );
            self.push((name, RecordType::NS), "type", "delegation", text);
        }
        Ok(())
    }

    /// The rules of DNAME (RFC 6672 2.3, 2.4).
    fn redirection(&mut self, name: &Name, kinds: &[RecordType]) -> Result<(), S::Error> {
        if !kinds.contains(&RecordType::DNAME) {
            return Ok(());
        }
        let own = (name, RecordType::DNAME);
        let puts_dname = self.after.is_put(name, RecordType::DNAME);
        if name.is_wildcard() && puts_dname {
            let text = format!("{name} cannot be redirected: a wildcard has no DNAME");
            self.push(own, "name", "wildcard", text);
        }
        let is_new = puts_dname || self.after.is_put(name, RecordType::NS);
        if kinds.contains(&RecordType::NS) && name != self.after.origin() && is_new {
            let text = format!("{name} is delegated (NS) and cannot be redirected (DNAME) too");
            self.push(own, "type", "redirection", text);
        }
        if !puts_dname {
            return Ok(());
        }
        if let Some((at, kind)) = self.after.any_below(name, |_, kind| !is_proof(kind))? {
            let text = format!(
                "all names below {name} would be redirected, so {at} cannot have {kind} records; take them away first"
            );
            self.push(own, "type", "redirection", text);
        }
        Ok(())
    }

    /// What names above say about records of a name: hidden by a delegation, or redirected.
    fn above(&mut self, name: &Name) -> Result<(), S::Error> {
        let kinds: Vec<RecordType> = self.after.put_at(name).map(RrSet::kind).collect();
        let origin = self.after.origin().clone();
        let mut cut = None;
        let mut above = name.parent();
        while let Some(at) = above.filter(|at| at.is_at_or_below(&origin)) {
            let there = self.after.kinds(&at)?;
            if there.contains(&RecordType::NS) && at != origin {
                cut = Some(at.clone());
            }
            if let (true, Some(kind)) = (there.contains(&RecordType::DNAME), kinds.first()) {
                let text =
                    format!("all names below {at} are redirected (DNAME), so {name} cannot have records");
                self.push((name, *kind), "name", "redirection", text);
            }
            above = at.parent();
        }
        let Some(cut) = cut else { return Ok(()) };
        let servers = self.servers_of(&cut)?;
        let hidden = kinds
            .iter()
            .find(|kind| !(is_proof(**kind) || is_address(**kind) && servers.contains(name)));
        if let Some(kind) = hidden {
            let text = format!(
                "{cut} is delegated to other servers (NS), so nobody would see {kind} records of {name}; only the \
                 addresses of those servers can stand here"
            );
            self.push((name, *kind), "name", "delegation", text);
        }
        self.cuts.insert(cut);
        Ok(())
    }

    /// Servers and mail exchangers have addresses of their own (RFC 2181 10.3).
    fn targets(&mut self, name: &Name) -> Result<(), S::Error> {
        let sets: Vec<&RrSet> = self.after.put_at(name).collect();
        for set in sets {
            if !matches!(set.kind(), RecordType::NS | RecordType::MX | RecordType::SRV) {
                continue;
            }
            for target in set.data().iter().flat_map(|data| rdata::names(set.kind(), data)) {
                let in_zone = target.is_at_or_below(self.after.origin());
                if in_zone && self.after.kinds(&target)?.contains(&RecordType::CNAME) {
                    let text = format!(
                        "{target} is an alias (CNAME), and {} records need a name with addresses; use the name it \
                         stands for",
                        set.kind()
                    );
                    self.push((name, set.kind()), "target", "alias", text);
                }
            }
        }
        Ok(())
    }

    /// Servers below the delegation they serve have addresses here, or nobody finds them.
    fn servers(mut self) -> Result<(), S::Error> {
        for cut in std::mem::take(&mut self.cuts) {
            let puts_ns = self.after.is_put(&cut, RecordType::NS);
            for server in self.servers_of(&cut)? {
                let addresses = [RecordType::A, RecordType::AAAA];
                let concerned = puts_ns || addresses.iter().any(|kind| self.after.is_edited(&server, *kind));
                let found = self.after.kinds(&server)?.into_iter().any(is_address);
                if concerned && server.is_at_or_below(&cut) && !found {
                    let text = format!(
                        "{server} serves {cut} and stands below it, so its A or AAAA records are needed in the same \
                         change"
                    );
                    self.push((&cut, RecordType::NS), "target", "glue", text);
                }
            }
        }
        Ok(())
    }

    fn servers_of(&self, cut: &Name) -> Result<Vec<Name>, S::Error> {
        let set = self.after.set(cut, RecordType::NS)?;
        let data = set.iter().flat_map(|set| set.data());
        Ok(data.flat_map(|data| rdata::names(RecordType::NS, data)).collect())
    }
}
