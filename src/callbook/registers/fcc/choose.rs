//! Which of a call's units speaks for it, and what it says as an [`Entry`].
//!
//! Calls are given again: a former holder's licence stays in the register beside the present one. Active goes before
//! what its holder can still renew, that before the rest, then the later grant, then the higher number (the highest
//! number alone is wrong when an older unit is the active one). The other units are the call's history.

use jiff::civil::Date;
use smol_str::SmolStr;

use super::unit::{AmateurRow, EntityRow, Unit};
use crate::callbook::model::{
    Address, Day, Days, Entry, Former, Holder, HolderKind, Licence, Previous, Status, Trustee, in_grace,
};
use crate::ham::callsign::Callsign;

/// What is to be known of a call on `today`, of all units that have or had it; `None` without any unit.
pub(crate) fn choose(call: &Callsign, mut units: Vec<Unit>, today: Date) -> Option<Entry> {
    units.sort_by_cached_key(|unit| std::cmp::Reverse(rank(unit, today)));
    let mut units = units.into_iter();
    let chosen = units.next()?;
    let mut former: Vec<Unit> = units.collect();
    former.sort_by_cached_key(|unit| std::cmp::Reverse((since(unit), unit.usi)));
    Some(Entry {
        licence: licence(call, chosen),
        former: former.into_iter().map(former_of).collect(),
    })
}

/// Leaves the units that count most, so many of them.
pub(super) fn keep_best(units: &mut Vec<Unit>, most: usize, today: Date) {
    units.sort_by_cached_key(|unit| std::cmp::Reverse(rank(unit, today)));
    units.truncate(most);
}

/// The greatest speaks for the call.
fn rank(unit: &Unit, today: Date) -> (u8, Option<Day>, u32) {
    let standing = match unit.hd.as_ref() {
        Some(hd) if hd.status == Status::Active => 2,
        Some(hd) if hd.status == Status::Expired => {
            u8::from(hd.days.expires.is_some_and(|last| in_grace(last.0, today)))
        }
        _ => 0,
    };
    (standing, since(unit), unit.usi)
}

/// The later of grant and effective day.
fn since(unit: &Unit) -> Option<Day> {
    let days = &unit.hd.as_ref()?.days;
    days.granted.max(days.effective)
}

fn licence(call: &Callsign, unit: Unit) -> Licence {
    let (status, days, vanity_service) = header(&unit);
    let en = unit.en.unwrap_or_default();
    let am = unit.am.unwrap_or_default();
    let trustee = trustee(&en, &am);
    let previous = Callsign::parse(&am.previous_call).ok().map(|call| Previous {
        call,
        class: am.previous_class,
    });
    Licence {
        call: call.clone(),
        number: u64::from(unit.usi),
        holder: holder(&en),
        address: Address {
            attention: en.attention,
            street: en.street,
            po_box: en.po_box,
            city: en.city,
            region: en.state,
            postcode: en.zip,
        },
        class: am.class,
        status,
        days,
        vanity: vanity_service || am.vanity,
        previous,
        trustee,
        place: None,
    }
}

fn former_of(unit: Unit) -> Former {
    let (status, days, _) = header(&unit);
    let en = unit.en.unwrap_or_default();
    Former {
        number: u64::from(unit.usi),
        holder: holder(&en),
        city: en.city,
        region: en.state,
        class: unit.am.and_then(|am| am.class),
        status,
        days,
    }
}

/// Without a header nothing is known of the licence but that there is one.
fn header(unit: &Unit) -> (Status, Days, bool) {
    let hd = unit.hd.as_ref();
    hd.map_or((Status::Other, Days::default(), false), |hd| {
        (hd.status, hd.days, hd.vanity)
    })
}

fn holder(en: &EntityRow) -> Holder {
    Holder {
        kind: kind(en),
        name: en.name.clone(),
        first: en.first.clone(),
        middle: en.middle.clone(),
        last: en.last.clone(),
        suffix: en.suffix.clone(),
        licensee: en.licensee.clone(),
        person: en.frn.clone(),
    }
}

fn kind(en: &EntityRow) -> HolderKind {
    match en.applicant {
        b'I' => HolderKind::Person,
        b'B' => HolderKind::Club,
        b'M' => HolderKind::Military,
        b'R' => HolderKind::Races,
        // Rows without a type are old ones; parts of a name mean a person, and so does no row at all.
        0 if en.name.is_empty() || !en.last.is_empty() => HolderKind::Person,
        _ => HolderKind::Other,
    }
}

/// Who answers for a club: the amateur row's trustee, else the attention line.
fn trustee(en: &EntityRow, am: &AmateurRow) -> Option<Trustee> {
    let club = matches!(
        kind(en),
        HolderKind::Club | HolderKind::Military | HolderKind::Races
    );
    let name = if am.trustee_name.is_empty() && club {
        &en.attention
    } else {
        &am.trustee_name
    };
    let call = Callsign::parse(&am.trustee_call).ok();
    (call.is_some() || !name.is_empty()).then(|| Trustee {
        call,
        name: SmolStr::clone(name),
    })
}
