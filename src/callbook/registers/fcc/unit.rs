//! What is kept of the FCC's rows, per unique system identifier (USI): the licence as the register counts it.
//!
//! A call may have had many units, and a unit has at most one row of each kind that is wanted: the licensee (`EN`),
//! what the operator may do (`AM`), the days and the status (`HD`). Daily files replace rows of a unit, so units are
//! kept beside the entries made of them. Not here: how rows are read (`entity`, `rows`), which unit speaks for a
//! call (`choose`), the stored form (`pack`).

use smol_str::SmolStr;

use crate::callbook::model::{Class, Days, Status};
use crate::ham::callsign::Callsign;

/// Everything kept of one USI. Its stored form is one short byte string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The unique system identifier, at most nine digits.
    pub(crate) usi: u32,
    /// The call of its latest rows.
    pub(crate) call: Callsign,
    pub(crate) en: Option<EntityRow>,
    pub(crate) am: Option<AmateurRow>,
    pub(crate) hd: Option<HeaderRow>,
}

/// Who holds the licence: an `EN` row of entity type `L`, in the register's spelling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EntityRow {
    /// `L` and eight digits.
    pub(crate) licensee: SmolStr,
    /// Empty where it only repeats the parts of a person's name.
    pub(crate) name: SmolStr,
    pub(crate) first: SmolStr,
    pub(crate) middle: SmolStr,
    pub(crate) last: SmolStr,
    pub(crate) suffix: SmolStr,
    pub(crate) street: SmolStr,
    pub(crate) city: SmolStr,
    pub(crate) state: SmolStr,
    pub(crate) zip: SmolStr,
    pub(crate) po_box: SmolStr,
    pub(crate) attention: SmolStr,
    /// FCC registration number: ten digits.
    pub(crate) frn: SmolStr,
    /// The letter of the applicant type, 0 for none.
    pub(crate) applicant: u8,
}

/// What the operator may do: an `AM` row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AmateurRow {
    pub(crate) class: Option<Class>,
    /// Changed to a call of the holder's choice.
    pub(crate) vanity: bool,
    pub(crate) trustee_call: SmolStr,
    pub(crate) trustee_name: SmolStr,
    pub(crate) previous_call: SmolStr,
    pub(crate) previous_class: Option<Class>,
}

/// Status and days: an `HD` row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderRow {
    pub(crate) status: Status,
    /// Radio service `HV`: a call of the holder's choice.
    pub(crate) vanity: bool,
    pub(crate) days: Days,
}

impl Unit {
    /// The unit after these rows: each replaces the row of its kind, what has no new row stays.
    pub(crate) fn onto(self, held: Option<Self>) -> Self {
        let Some(held) = held else { return self };
        Self {
            usi: self.usi,
            call: self.call,
            en: self.en.or(held.en),
            am: self.am.or(held.am),
            hd: self.hd.or(held.hd),
        }
    }
}

/// The class of an operator-class letter.
pub(super) fn class_of(letter: u8) -> Option<Class> {
    match letter {
        b'N' => Some(Class::Novice),
        b'T' => Some(Class::Technician),
        b'P' => Some(Class::TechnicianPlus),
        b'G' => Some(Class::General),
        b'A' => Some(Class::Advanced),
        b'E' => Some(Class::Extra),
        _ => None,
    }
}

/// The letter of a class of the FCC, 0 for none of them.
pub(super) fn letter_of(class: Option<&Class>) -> u8 {
    match class {
        Some(Class::Novice) => b'N',
        Some(Class::Technician) => b'T',
        Some(Class::TechnicianPlus) => b'P',
        Some(Class::General) => b'G',
        Some(Class::Advanced) => b'A',
        Some(Class::Extra) => b'E',
        Some(Class::Canada(_) | Class::Other(_)) | None => 0,
    }
}
