//! Logbook events as messages: for the pages' bus, and for the firehose.
//!
//! On the topic `logbook` pages hear that something changed; on the topic `qso` programs get whole contacts,
//! which the firehose wraps. Both are for those who may read the logbook.

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::event::{Contact, LogbookEvent, LogbookId};
use super::view::QsoView;
use crate::bus::{Audience, Outgoing};
use crate::event::Event;

/// The topic of contacts for programs.
pub(crate) const QSO_TOPIC: &str = "qso";
/// The topic of changes for pages.
pub(crate) const LOGBOOK_TOPIC: &str = "logbook";

/// The message for pages: `{"logbook":…,"change":"added|changed|deleted|imported","qso":{…}}`.
pub(crate) fn encode(event: &Event) -> Option<Outgoing> {
    let Event::Logbook(event) = event else { return None };
    let (change, payload) = match event {
        LogbookEvent::QsoAdded { contact } => ("added", of_contact("added", contact)),
        LogbookEvent::QsoChanged { contact } => ("changed", of_contact("changed", contact)),
        LogbookEvent::QsoDeleted { contact } => ("deleted", of_contact("deleted", contact)),
        LogbookEvent::Batch { logbook, changed, .. } => (
            "imported",
            json!({"logbook": logbook, "change": "imported", "contacts": changed}),
        ),
        LogbookEvent::ImportEnded {
            logbook,
            import,
            undone,
            ..
        } => {
            let told = json!({"logbook": logbook, "change": "imported", "import": import, "undone": undone});
            ("imported", told)
        }
        LogbookEvent::BooksChanged { .. } | LogbookEvent::SharingChanged { .. } => {
            ("logbooks", json!({"change": "logbooks"}))
        }
    };
    let audience = match event {
        // Somebody who has just lost a right hears of it, too.
        LogbookEvent::SharingChanged { account, .. } => Audience::Accounts([*account].into()),
        _ => audience(event.book()),
    };
    Some(Outgoing {
        topic: LOGBOOK_TOPIC.into(),
        kind: SmolStr::new_static(change),
        audience,
        payload,
    })
}

/// The message for programs: the contact itself.
pub(crate) fn encode_contact(event: &Event) -> Option<Outgoing> {
    let Event::Logbook(event) = event else { return None };
    let (kind, contact) = match event {
        LogbookEvent::QsoAdded { contact } => ("qso", contact),
        LogbookEvent::QsoChanged { contact } => ("qso_changed", contact),
        LogbookEvent::QsoDeleted { contact } => ("qso_deleted", contact),
        _ => return None,
    };
    Some(Outgoing {
        topic: QSO_TOPIC.into(),
        kind: SmolStr::new_static(kind),
        audience: audience(event.book()),
        payload: view(contact),
    })
}

fn audience(book: LogbookId) -> Audience {
    Audience::Logbook(book.0)
}

fn of_contact(change: &str, contact: &Contact) -> Value {
    json!({"logbook": contact.logbook, "change": change, "qso": view(contact)})
}

fn view(contact: &Contact) -> Value {
    serde_json::to_value(QsoView::of_contact(contact)).expect("a contact is texts and numbers")
}
