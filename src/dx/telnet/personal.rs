//! What the telnet cluster keeps about people: what they have set.

use super::tables::USER;
use crate::privacy::{Archive, Erased, ExportError, Holdings, Part, Position, Subject};
use crate::store::{Rows as _, StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "telnet",
    tables: &["dx.telnet_user"],
    export,
    erase,
};

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let stored = held.store.read_now(|r| r.get(USER, &account))?;
    Ok(archive.json("dx/telnet.json", &stored)?)
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    tx.remove(USER, &subject.account)?;
    Ok(Erased::All)
}
