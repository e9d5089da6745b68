//! What was heard becomes what is to be at the appliance: one contact of all the ways it is told.
//!
//! A program may tell one contact three times (WSJT-X: its own message, ADIF to a second server, ADIF in a
//! message), and another that listens to it tells it again. They are one if call, band and mode agree and
//! they begin in the same second, or begin and arrive within two minutes of each other by different ways.
//! Contacts of N1MM have names, which changes and deletions use.

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::adif::Rejected;
use super::contact::{Contact, Head, Way};
use super::n1mm::{self, Keys};
use super::queue::{Draft, Item, SETTLE};
use super::sniff::Decoded;
use super::wsjtx::{self, Message};
use super::{adif, js8};

/// How far begin and arrival of two tellings of one contact may lie apart.
const NEAR: SignedDuration = SignedDuration::from_mins(2);

/// Something about a contact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arrival {
    /// It was logged.
    Told(Contact),
    /// It was logged under names.
    Add(n1mm::Logged),
    /// It was changed.
    Replace(n1mm::Logged),
    /// It was deleted.
    Delete(Keys),
    /// Something was logged that is no contact.
    Rejected(Rejected),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A new contact.
    New(u64),
    /// It was known; it has something more now, or something else.
    Joined(u64),
    /// It was known, and nothing is new.
    Known(u64),
    /// It is deleted.
    Deleted(u64),
    /// Nothing is to be done: a deletion of what is not known, or another station's contact.
    Ignored,
    /// It is no contact.
    Rejected(Rejected),
}

/// What a message says about contacts.
pub(crate) fn arrivals(decoded: Decoded, now: Timestamp) -> Vec<Arrival> {
    let told = |contact: Result<Contact, Rejected>| contact.map_or_else(Arrival::Rejected, Arrival::Told);
    match decoded {
        Decoded::Wsjtx(packet) => match packet.message {
            Message::QsoLogged(logged) => {
                let fields = wsjtx::fields_of(&logged);
                let contact = Contact::of(fields, Way::Wsjtx, now).map_err(|reason| Rejected {
                    reason,
                    text: format!(
                        "{} logged by WSJT-X",
                        logged.dx_call.as_deref().unwrap_or("a contact")
                    ),
                });
                vec![told(contact)]
            }
            Message::LoggedAdif { adif: Some(bytes) } => adif::contacts(&bytes, Way::WsjtxAdif, now)
                .into_iter()
                .map(told)
                .collect(),
            _ => Vec::new(),
        },
        Decoded::Adif(contacts) => contacts.into_iter().map(told).collect(),
        Decoded::Js8(messages) => {
            let logged = messages.into_iter().filter_map(|message| match message {
                js8::Message::Logged(contacts) => Some(contacts),
                js8::Message::Other(_) => None,
            });
            logged.flatten().map(told).collect()
        }
        Decoded::N1mm(message) => match message {
            n1mm::Message::Add(logged) => vec![Arrival::Add(logged)],
            n1mm::Message::Replace(logged) => vec![Arrival::Replace(logged)],
            n1mm::Message::Delete(keys) => vec![Arrival::Delete(keys)],
            _ => Vec::new(),
        },
    }
}

/// Works what was heard into the queue.
pub(crate) fn apply(draft: &mut Draft<'_>, arrival: Arrival, now: Timestamp) -> Effect {
    match arrival {
        Arrival::Told(contact) => {
            let known = draft.find(|item| is_same(item, &contact, now));
            put(draft, known, contact, Vec::new(), now, Contact::joined)
        }
        Arrival::Add(logged) | Arrival::Replace(logged) if !logged.is_original => Effect::Ignored,
        Arrival::Add(logged) => named(draft, logged, now, Contact::joined),
        Arrival::Replace(logged) => named(draft, logged, now, Contact::replaced),
        Arrival::Delete(keys) => {
            let Some(mut item) = draft.find(|item| !item.unwanted && has_name(&item.keys, &keys)) else {
                return Effect::Ignored;
            };
            item.unwanted = true;
            item.touch(now);
            let number = item.number;
            draft.put(item);
            Effect::Deleted(number)
        }
        Arrival::Rejected(rejected) => Effect::Rejected(rejected),
    }
}

/// How a new telling is worked into a contact that is known.
type Join = fn(&Contact, &Contact, Timestamp) -> Contact;

fn named(draft: &mut Draft<'_>, logged: n1mm::Logged, now: Timestamp, join: Join) -> Effect {
    let n1mm::Logged {
        contact,
        keys,
        former,
        ..
    } = logged;
    let contact = match contact {
        Ok(contact) => contact,
        Err(reason) => {
            let text = keys.0.last().map(ToString::to_string).unwrap_or_default();
            return Effect::Rejected(Rejected { reason, text });
        }
    };
    let by_name = |keys: &Keys| draft.find(|item| has_name(&item.keys, keys));
    let known = by_name(&keys).or_else(|| by_name(former.as_ref()?));
    let known = known.or_else(|| draft.find(|item| is_same(item, &contact, now)));
    put(draft, known, contact, keys.0, now, join)
}

fn put(
    draft: &mut Draft<'_>,
    known: Option<Item>,
    contact: Contact,
    keys: Vec<SmolStr>,
    now: Timestamp,
    join: Join,
) -> Effect {
    let Some(mut item) = known else {
        let number = draft.number();
        draft.put(Item::new(number, contact, keys, now));
        return Effect::New(number);
    };
    let number = item.number;
    let long_gone = item.unwanted && now.duration_since(item.touched) > SETTLE;
    let new = if long_gone {
        // It was deleted and is there again: nothing of before counts. A moment ago it was the first half of
        // a change.
        contact
    } else {
        join(&item.contact, &contact, now)
    };
    let keys = joined_keys(&item.keys, keys);
    if new == item.contact && keys == item.keys && !item.unwanted {
        return Effect::Known(number);
    }
    item.contact = new;
    item.keys = keys;
    item.unwanted = false;
    item.touch(now);
    draft.put(item);
    Effect::Joined(number)
}

/// The names of a contact after it was told under these: a number stays, time and call are those told last.
fn joined_keys(old: &[SmolStr], new: Vec<SmolStr>) -> Vec<SmolStr> {
    if new.is_empty() {
        return old.to_vec();
    }
    let number = old.iter().find(|key| key.starts_with("id:"));
    let lacking = number.filter(|_| !new.iter().any(|key| key.starts_with("id:")));
    lacking.cloned().into_iter().chain(new).collect()
}

/// Whether a contact is called so: by its number where both have one, else by station, time and call.
fn has_name(own: &[SmolStr], asked: &Keys) -> bool {
    fn number(keys: &[SmolStr]) -> Option<&SmolStr> {
        keys.iter().find(|key| key.starts_with("id:"))
    }
    match (number(own), number(&asked.0)) {
        (Some(own), Some(asked)) => own == asked,
        _ => asked.0.iter().any(|key| own.contains(key)),
    }
}

/// Whether a contact is told in another way only.
fn is_same(item: &Item, new: &Contact, now: Timestamp) -> bool {
    let (own, told) = (item.contact.head(), new.head());
    if own.call != told.call || own.band != told.band || !modes_agree(own, told) {
        return false;
    }
    if let (Some(own), Some(told)) = (&own.station, &told.station)
        && own != told
    {
        return false;
    }
    let apart = own.start.duration_since(told.start).abs();
    if apart.is_zero() {
        return true;
    }
    let late = now.duration_since(item.arrived).abs();
    let other_way = new
        .fields()
        .first()
        .is_some_and(|field| !item.contact.came(field.way));
    apart <= NEAR && late <= NEAR && other_way && !item.unwanted
}

/// One of them may know more of it: `SSB`, and `SSB` with submode `USB`.
fn modes_agree(one: &Head, other: &Head) -> bool {
    let submodes = (one.mode.submode(), other.mode.submode());
    one.mode.main() == other.mode.main()
        && match submodes {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
}
