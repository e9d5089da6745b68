//! What can go wrong with zones, names and records; each variant is something a caller treats differently.

use std::time::Duration;

use super::model::{Fault, Version, Why};
use super::name::Name;
use super::rr::RecordType;
use crate::identity::Denied;
use crate::store::StoreError;

/// Why a command or query was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not signed in, the API key lacks the scope, or only an administrator may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such zone or name, or none that the actor may know of.
    #[error("there is no zone {0}")]
    NoZone(Name),
    /// The right in the zone does not reach so far.
    #[error("you may not set {kind} records at {name}")]
    NotGranted { name: Name, kind: RecordType },
    /// The change names something outside of what it is a change of.
    #[error("{name} is not below {top}")]
    OutOfZone { name: Name, top: Name },
    /// The name is not answered for, and not to be changed meanwhile.
    #[error("{name} is suspended: {}", why.words())]
    Suspended { name: Name, why: Why },
    /// The records after the change would break rules.
    #[error("{}", told(.0))]
    Rules(Vec<Fault>),
    /// More than is allowed of something.
    #[error("{what}: at most {most}")]
    Quota { what: &'static str, most: u64 },
    /// Too many changes in a short time.
    #[error("too many changes; try again in {} s", .0.as_secs().max(1))]
    TooFast(Duration),
    /// The records are not what the caller took them for.
    #[error("the records have changed meanwhile")]
    Changed,
    /// A zone of that name exists.
    #[error("there is a zone {0} already")]
    ZoneExists(Name),
    /// The zone is the configuration's.
    #[error("{0} is set by the configuration: dns.base_domain")]
    Configured(Name),
    /// There is no such token, or none that the actor may know of.
    #[error("there is no such token")]
    NoToken,
    /// There is no such entry in the journal, or its time is over.
    #[error("there is no change {} any more", .0.serial())]
    NoEntry(Version),
    /// The change cannot be taken back.
    #[error("{0}")]
    NotUndone(&'static str),
    /// There is no such member's name.
    #[error("there is no name {0}")]
    NoName(Name),
    /// A zone that does not hold together: no SOA, records outside of it.
    #[error("{0}")]
    BadZone(String),
    /// The change is stored, and the serving side did not take it over in time.
    #[error("the change is stored, and not answered yet: serial {}", .0.serial())]
    Pending(Version),
}

fn told(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults.iter().map(|fault| fault.text.clone()).collect();
    texts.join("; ")
}
