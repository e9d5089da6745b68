//! Where the records of documents are kept.

use crate::identity::model::AccountId;
use crate::store::{Direction, Read, Rows, Span, StoreError, TableInfo, Write, table};

use super::model::StoredDocument;

table!(
    /// Documents by number.
    pub(super) DOCUMENT: "identity.document", u64 => StoredDocument
);
table!(
    /// Account, document.
    pub(super) DOCUMENT_BY_ACCOUNT: "identity.document.by_account", (u32, u64) => ()
);

/// Everything kept here.
pub(in crate::identity) fn tables() -> Vec<TableInfo> {
    vec![DOCUMENT.info(), DOCUMENT_BY_ACCOUNT.info()]
}

/// The document with this number.
pub(in crate::identity) fn document(
    rows: &impl Rows,
    number: u64,
) -> Result<Option<StoredDocument>, StoreError> {
    rows.get(DOCUMENT, &number)
}

/// All of an account, oldest first.
pub(in crate::identity) fn of_account(
    rows: &impl Rows,
    AccountId(account): AccountId,
) -> Result<Vec<(u64, StoredDocument)>, StoreError> {
    let mut found = Vec::new();
    for row in rows.scan(DOCUMENT_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, number), ()) = row?;
        found.extend(rows.get(DOCUMENT, &number)?.map(|document| (number, document)));
    }
    Ok(found)
}

/// Removes the records of an account's documents.
pub(in crate::identity) fn forget(tx: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    for (number, _) in of_account(tx, id)? {
        tx.remove(DOCUMENT, &number)?;
        tx.remove(DOCUMENT_BY_ACCOUNT, &(id.0, number))?;
    }
    Ok(())
}

/// Those whose files are kept.
pub(super) fn kept(rows: &impl Rows) -> Result<Vec<(u64, StoredDocument)>, StoreError> {
    let all = rows.scan(DOCUMENT, Span::all(), Direction::Forward);
    all.filter(|row| {
        row.as_ref()
            .map_or(true, |(_, document)| document.erased.is_none())
    })
    .collect()
}

/// Stores a document with its index.
pub(super) fn put(tx: &mut Write<'_>, number: u64, document: &StoredDocument) -> Result<(), StoreError> {
    tx.put(DOCUMENT, &number, document)?;
    tx.put(DOCUMENT_BY_ACCOUNT, &(document.account.0, number), &())
}

/// Compares the index with the documents.
pub(crate) fn check_documents(read: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    for row in read.scan(DOCUMENT, Span::all(), Direction::Forward) {
        let (number, document) = row?;
        if !read.contains(DOCUMENT_BY_ACCOUNT, &(document.account.0, number))? {
            wrong.push(format!(
                "document {number} is not found by its account {}",
                document.account
            ));
        }
    }
    let (documents, found) = (read.len(DOCUMENT)?, read.len(DOCUMENT_BY_ACCOUNT)?);
    if documents != found {
        wrong.push(format!("{documents} documents have {found} entries by account"));
    }
    Ok(wrong)
}
