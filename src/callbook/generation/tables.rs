//! What a generation keeps in its file, and the short forms of it.
//!
//! A call of a register with units (FCC) is a list of their numbers, and its entry is chosen from them when it is
//! read: so nothing is kept twice, and a daily file that replaces a unit has replaced what is read. A call of any
//! other register is its licence. Names of fields are one letter: retired: none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::super::model::{
    Address, Class, Day, Days, Entry, Former, Holder, HolderKind, Licence, Place, Previous, Status, Trustee,
};
use super::super::registers::Reject;
use super::super::registers::fcc::Unit;
use crate::ham::callsign::Callsign;
use crate::store::table;

table!(
    /// What is known of a call.
    pub(super) CALL: "callbook.call", SmolStr => Row
);
table!(
    /// The FCC's rows, by their number.
    pub(super) UNIT: "callbook.unit", u32 => Unit
);
table!(
    /// What the generation is.
    pub(super) META: "callbook.meta", () => Meta
);
table!(
    /// Rows of the register that were not used.
    pub(super) REJECT: "callbook.reject", u32 => Reject
);
table!(
    /// Calls that a delta changed, until the index has them too.
    pub(super) CHANGED: "callbook.changed", (u64, SmolStr) => ()
);

/// What a generation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Calls.
    pub(crate) entries: u64,
    /// Calls whose licence was valid on the day of the last change.
    pub(crate) active: u64,
    /// Rows of the register that were not used, by reason.
    #[serde(default)]
    pub(crate) rejects: BTreeMap<SmolStr, u64>,
    /// The day it was built, of the register's calendar: what grace periods were reckoned from.
    pub(crate) built: Day,
    /// Number of the last delta, 0 for none.
    #[serde(default)]
    pub(crate) delta: u64,
    /// The last delta whose changed calls are no longer listed, since the index had them.
    #[serde(default)]
    pub(crate) forgotten: u64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A call as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    /// Numbers of the units that have or had the call.
    #[serde(rename = "u", skip_serializing_if = "Vec::is_empty")]
    pub(super) units: Vec<u32>,
    /// The day one of them was chosen; none: the day the generation was built.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(super) day: Option<Day>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub(super) licence: Option<Box<Held>>,
    #[serde(rename = "f", skip_serializing_if = "Vec::is_empty")]
    pub(super) former: Vec<Held>,
}

/// A licence or a former one, in short.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Held {
    #[serde(rename = "n", skip_serializing_if = "is_default")]
    number: u64,
    /// None: a person.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    kind: Option<HolderKind>,
    #[serde(rename = "N", skip_serializing_if = "SmolStr::is_empty")]
    name: SmolStr,
    #[serde(rename = "F", skip_serializing_if = "SmolStr::is_empty")]
    first: SmolStr,
    #[serde(rename = "M", skip_serializing_if = "SmolStr::is_empty")]
    middle: SmolStr,
    #[serde(rename = "L", skip_serializing_if = "SmolStr::is_empty")]
    last: SmolStr,
    #[serde(rename = "S", skip_serializing_if = "SmolStr::is_empty")]
    suffix: SmolStr,
    #[serde(rename = "i", skip_serializing_if = "SmolStr::is_empty")]
    licensee: SmolStr,
    #[serde(rename = "p", skip_serializing_if = "SmolStr::is_empty")]
    person: SmolStr,
    #[serde(rename = "a", skip_serializing_if = "SmolStr::is_empty")]
    attention: SmolStr,
    #[serde(rename = "t", skip_serializing_if = "SmolStr::is_empty")]
    street: SmolStr,
    #[serde(rename = "b", skip_serializing_if = "SmolStr::is_empty")]
    po_box: SmolStr,
    #[serde(rename = "c", skip_serializing_if = "SmolStr::is_empty")]
    city: SmolStr,
    #[serde(rename = "r", skip_serializing_if = "SmolStr::is_empty")]
    region: SmolStr,
    #[serde(rename = "z", skip_serializing_if = "SmolStr::is_empty")]
    postcode: SmolStr,
    #[serde(rename = "C", skip_serializing_if = "Option::is_none")]
    class: Option<Class>,
    /// None: active.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    granted: Option<Day>,
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    effective: Option<Day>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    expires: Option<Day>,
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    cancelled: Option<Day>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    last_action: Option<Day>,
    #[serde(rename = "v", skip_serializing_if = "is_default")]
    vanity: bool,
    #[serde(rename = "P", skip_serializing_if = "Option::is_none")]
    previous: Option<Previous>,
    #[serde(rename = "T", skip_serializing_if = "Option::is_none")]
    trustee: Option<Trustee>,
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

impl Held {
    fn with_holder(holder: Holder) -> Self {
        Self {
            kind: (holder.kind != HolderKind::Person).then_some(holder.kind),
            name: holder.name,
            first: holder.first,
            middle: holder.middle,
            last: holder.last,
            suffix: holder.suffix,
            licensee: holder.licensee,
            person: holder.person,
            ..Self::default()
        }
    }

    fn with_state(self, status: Status, days: Days) -> Self {
        Self {
            status: (status != Status::Active).then_some(status),
            granted: days.granted,
            effective: days.effective,
            expires: days.expires,
            cancelled: days.cancelled,
            last_action: days.last_action,
            ..self
        }
    }

    fn of_licence(licence: Licence) -> Self {
        let address = licence.address;
        Self {
            number: licence.number,
            attention: address.attention,
            street: address.street,
            po_box: address.po_box,
            city: address.city,
            region: address.region,
            postcode: address.postcode,
            class: licence.class,
            vanity: licence.vanity,
            previous: licence.previous,
            trustee: licence.trustee,
            place: licence.place,
            ..Self::with_holder(licence.holder).with_state(licence.status, licence.days)
        }
    }

    fn of_former(former: Former) -> Self {
        Self {
            number: former.number,
            city: former.city,
            region: former.region,
            class: former.class,
            ..Self::with_holder(former.holder).with_state(former.status, former.days)
        }
    }

    fn days(&self) -> Days {
        Days {
            granted: self.granted,
            effective: self.effective,
            expires: self.expires,
            cancelled: self.cancelled,
            last_action: self.last_action,
        }
    }

    fn status(&self) -> Status {
        self.status.unwrap_or(Status::Active)
    }

    fn into_licence(self, call: Callsign) -> Licence {
        Licence {
            call,
            number: self.number,
            class: self.class.clone(),
            status: self.status(),
            days: self.days(),
            vanity: self.vanity,
            previous: self.previous.clone(),
            trustee: self.trustee.clone(),
            place: self.place,
            address: Address {
                attention: self.attention.clone(),
                street: self.street.clone(),
                po_box: self.po_box.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                postcode: self.postcode.clone(),
            },
            holder: self.into_holder(),
        }
    }

    fn into_former(self) -> Former {
        Former {
            number: self.number,
            city: self.city.clone(),
            region: self.region.clone(),
            class: self.class.clone(),
            status: self.status(),
            days: self.days(),
            holder: self.into_holder(),
        }
    }

    fn into_holder(self) -> Holder {
        Holder {
            kind: self.kind.unwrap_or(HolderKind::Person),
            name: self.name,
            first: self.first,
            middle: self.middle,
            last: self.last,
            suffix: self.suffix,
            licensee: self.licensee,
            person: self.person,
        }
    }
}

impl Row {
    /// The row of a call whose register knows no units.
    pub(super) fn of_entry(entry: Entry) -> Self {
        Self {
            licence: Some(Box::new(Held::of_licence(entry.licence))),
            former: entry.former.into_iter().map(Held::of_former).collect(),
            ..Self::default()
        }
    }

    /// The row of a call whose units are kept.
    pub(super) fn of_units(entry: &Entry) -> Self {
        let numbers = std::iter::once(entry.licence.number).chain(entry.former.iter().map(|f| f.number));
        Self {
            units: numbers.filter_map(|number| u32::try_from(number).ok()).collect(),
            ..Self::default()
        }
    }

    /// The entry of a row that holds it itself.
    pub(super) fn into_entry(self, call: Callsign) -> Option<Entry> {
        Some(Entry {
            licence: self.licence?.into_licence(call),
            former: self.former.into_iter().map(Held::into_former).collect(),
        })
    }
}
