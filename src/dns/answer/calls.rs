//! Callsigns asked for over DNS: `<call>.callbook.<zone>` as TXT, where nothing else has that name.
//!
//! What is told comes from whoever made the server; here is only where such names are, and that an answer fits. It is
//! told to everybody alike, so it has to be what strangers may know.

use std::fmt;
use std::sync::Arc;

use super::super::name::Name;
use super::super::zone::Zone;
use super::query::Path;

/// The label below which calls are asked for; reserved in every members' zone.
const LABEL: &[u8] = b"callbook";
/// Octets of a text.
const TEXT: usize = 255;

/// What is known of a call, line by line; `None` for a call that nobody has.
pub(crate) type Tell = Arc<dyn Fn(&str) -> Option<Vec<String>> + Send + Sync>;

/// The names of calls in one zone.
#[derive(Clone)]
pub(crate) struct Calls {
    /// The zone that has them.
    pub(crate) zone: Name,
    pub(crate) tell: Tell,
}

impl fmt::Debug for Calls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Calls")
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}

impl Calls {
    /// The data of the TXT record at a name of this zone; empty for the name above all calls, `None` for no such name.
    pub(super) fn at(&self, zone: &Zone, path: &Path) -> Option<Vec<u8>> {
        if *zone.origin() != self.zone {
            return None;
        }
        match path.labels() - zone.labels() {
            1 => (path.label(0) == LABEL).then(Vec::new),
            2 if path.label(1) == LABEL => {
                let call = std::str::from_utf8(path.label(0)).ok()?;
                Some(data(&(self.tell)(call)?))
            }
            _ => None,
        }
    }
}

/// Lines as texts of a record.
fn data(lines: &[String]) -> Vec<u8> {
    let mut data = Vec::new();
    for line in lines {
        let mut end = line.len().min(TEXT);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        data.push(u8::try_from(end).expect("cut to 255"));
        data.extend_from_slice(&line.as_bytes()[..end]);
    }
    data
}
