//! New contacts, told to pages and to whoever compares spots with a log.

use serde_json::json;
use smol_str::SmolStr;

use crate::bus::{Audience, Outgoing};
use crate::event::Event;
use crate::ham::band::Band;
use crate::ham::mode::ModeGroup;
use crate::logbook::event::{Contact, LogbookEvent, LogbookId};
use crate::logbook::read::worked::Slot;
use crate::logbook::stored::StoredQso;
use crate::logbook::summary::Flags;

/// The channel of what has been worked.
const TOPIC: &str = "worked";

/// What an event of the logbooks means for what has been worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// A contact more.
    Added {
        book: LogbookId,
        slot: Option<Slot>,
        grid: Option<(Band, SmolStr)>,
        references: Vec<(SmolStr, SmolStr)>,
    },
    /// Something else: to be read anew.
    Changed { book: LogbookId },
}

/// What an event means for what has been worked, if anything.
pub(crate) fn told(event: &Event) -> Option<Told> {
    let Event::Logbook(event) = event else { return None };
    Some(match event {
        LogbookEvent::QsoAdded { contact } => added(contact),
        LogbookEvent::QsoChanged { contact } | LogbookEvent::QsoDeleted { contact } => Told::Changed {
            book: contact.id.book,
        },
        LogbookEvent::Batch { book, .. } | LogbookEvent::ImportEnded { book, .. } => {
            Told::Changed { book: *book }
        }
        LogbookEvent::BooksChanged { .. } | LogbookEvent::SharingChanged { .. } => return None,
    })
}

fn added(contact: &Contact) -> Told {
    let record = &contact.record;
    let band = record.qso.band;
    let grid = record.grid4();
    let grid = (!grid.is_empty() && super::collects_grids(band)).then_some((band, grid));
    let references = record.references_worked();
    Told::Added {
        book: contact.id.book,
        slot: slot(record),
        grid,
        references: references
            .map(|(programme, own)| (SmolStr::new_static(programme), own.clone()))
            .collect(),
    }
}

fn slot(record: &StoredQso) -> Option<Slot> {
    Some(Slot {
        dxcc: record.dxcc()?,
        band: record.qso.band,
        group: record.qso.mode.group(),
        confirmed: record.flags().has_any(Flags::DXCC_CREDIBLE),
    })
}

/// The message for pages that compare spots with a log.
pub(crate) fn encode(event: &Event) -> Option<Outgoing> {
    let Event::Logbook(source) = event else {
        return None;
    };
    let told = told(event)?;
    let (book, kind, payload) = match told {
        Told::Changed { book } => (book, "changed", json!({"logbook": source.logbook()})),
        Told::Added {
            book,
            slot,
            grid,
            references,
        } => {
            let mut payload = json!({"logbook": source.logbook()});
            if let Some(Slot {
                dxcc, band, group, ..
            }) = slot
            {
                payload["dxcc"] = dxcc.into();
                payload["band"] = band.name().into();
                payload["class"] = class_name(group).into();
            }
            if let Some((band, grid)) = grid {
                payload["band"] = band.name().into();
                payload["grid"] = grid.as_str().into();
            }
            for (programme, reference) in references {
                payload["refs"][programme.as_str()] = reference.as_str().into();
            }
            (book, "worked", payload)
        }
    };
    Some(Outgoing {
        topic: SmolStr::new_static(TOPIC),
        kind: SmolStr::new_static(kind),
        audience: Audience::Logbook(book.0),
        payload,
    })
}

fn class_name(group: ModeGroup) -> &'static str {
    super::class(group).as_str()
}
