//! What is held about people here: whom they follow. That others follow their call is the others' own.

use serde_json::json;

use super::write::{followed, take_out};
use crate::privacy::{Archive, Erased, ExportError, Holdings, Part, Position, Subject};
use crate::store::{StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "shack",
    tables: &["shack.following", "shack.following.by_call"],
    export,
    erase,
};

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    held.store.read_now(|r| {
        let followed = followed(r, subject.account)?.into_iter();
        let lines: Vec<_> = followed
            .map(|(call, since)| json!({"call": call, "since": since}))
            .collect();
        Ok(archive.json("shack/following.json", &lines)?)
    })
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    // At most as many as an account may follow: one piece.
    for (call, _) in followed(tx, subject.account)? {
        take_out(tx, subject.account, &call)?;
    }
    Ok(Erased::All)
}
