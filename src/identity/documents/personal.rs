//! Documents given out to their owner: what is known of them, and what was sent, as long as it is kept.

use std::io;

use serde_json::json;

use super::tables::of_account;
use crate::identity::model::AccountId;
use crate::privacy::{Archive, ExportError, SealedFiles};
use crate::store::Rows;

/// Writes an account's documents into the archive.
pub(in crate::identity) fn export(
    rows: &impl Rows,
    id: AccountId,
    files: &dyn SealedFiles,
    archive: &mut Archive<'_>,
) -> Result<(), ExportError> {
    let mut lines = Vec::new();
    for (number, document) in of_account(rows, id)? {
        let name = format!("account/documents/{number}.{}", document.kind.ending());
        let copy = |out: &mut dyn io::Write| files.copy_to(id.0, &document.file, out);
        // Looked through first: what is in the archive cannot be taken back, and one bad file is not to end it.
        let is_whole = document.erased.is_none() && copy(&mut io::sink()).is_ok();
        if is_whole {
            archive.file(&name, copy)?;
        }
        lines.push(
            json!({"number": number, "name": document.name, "call": document.call, "bytes": document.bytes,
            "sha256": document.digest, "sent": document.sent, "erased": document.erased,
            "file": is_whole.then_some(name)}),
        );
    }
    Ok(archive.json("account/documents.json", &lines)?)
}
