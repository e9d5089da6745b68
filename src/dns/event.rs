//! What happened to zones and names, as plain data for the serving side and for reactors.
//!
//! A small change carries the sets it put and removed, so that whoever mirrors a zone need not read the store; after a
//! large one the zone is read anew. Events of one zone come in the order of its versions.

use std::sync::Arc;

use super::model::{Version, ZoneId};
use super::name::Name;
use super::rr::{RecordType, RrSet};

/// A change among zones and names.
#[derive(Debug, Clone)]
pub(crate) enum DnsEvent {
    /// Records of a zone changed.
    ZoneChanged(Arc<ZoneChange>),
    /// A zone is new, or so much of it changed that it is to be read anew.
    ZoneReplaced { zone: ZoneId },
    /// A zone is gone.
    ZoneRemoved { zone: ZoneId, origin: Name },
    /// There are accounts whose names are to be looked at again.
    Unsettled,
}

/// What a change did to a zone as it is answered.
#[derive(Debug, Clone)]
pub(crate) struct ZoneChange {
    pub(crate) zone: ZoneId,
    pub(crate) origin: Name,
    pub(crate) version: Version,
    /// Sets as they are now, the SOA with the new serial among them.
    pub(crate) put: Vec<RrSet>,
    /// Sets that are answered no more.
    pub(crate) removed: Vec<(Name, RecordType)>,
    /// Accounts that hold one of the names.
    pub(crate) holders: Vec<u32>,
}
