//! Documents through the accounts' handle.

use smol_str::SmolStr;
use zeroize::Zeroizing;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::memory::Touched;
use crate::identity::model::AccountId;
use crate::identity::review::{self, Remark, Review};
use crate::identity::service::Identity;

use crate::privacy::SealedFiles;
use crate::store::Rows;

use super::cabinet::{CabinetError, Incoming};
use super::model::{StoredDocument, plain_name};
use super::tables::{document, of_account};
use super::write::{self, NewDocument};

/// What came beside a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    /// The call it is to prove; none for the account's own.
    pub(crate) call: Option<Callsign>,
    /// The name that the sender's computer gave it.
    pub(crate) name: String,
    /// For the administrator to read.
    pub(crate) note: Remark,
}

/// A document with the matter it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct DocumentLine {
    pub(crate) number: u64,
    pub(crate) document: StoredDocument,
    /// None where the matter was erased.
    pub(crate) review: Option<Review>,
}

impl Identity {
    /// Begins to take a document in; refuses before it has come what would be refused after.
    pub(crate) async fn begin_document(&self, actor: &Actor) -> Result<Incoming, Error> {
        let actor = actor.clone();
        let begun =
            self.change(move |tx, now| Ok((write::begin_document(tx, &actor, now)?, Touched::default())));
        let id = begun.await?;
        let cabinet = self.inner.cabinet.clone();
        blocking(move || cabinet.begin(id)).await
    }

    /// Keeps a document that has come whole, and puts it before the administrators.
    pub(crate) async fn keep_document(
        &self,
        actor: &Actor,
        incoming: Incoming,
        sent: Sent,
    ) -> Result<DocumentLine, Error> {
        let id = actor.owner()?.account;
        let named = sent.call.clone();
        let asked = self
            .inner
            .store
            .read(move |rows| write::call_for(rows, id, named.as_ref()));
        let call = asked.await?;
        let kept = blocking(move || incoming.finish()).await?;
        let file = kept.file.clone();
        let new = NewDocument {
            call,
            name: plain_name(&sent.name),
            note: sent.note,
            kept,
        };
        let actor = actor.clone();
        let added = self.change(move |tx, now| {
            let number = write::send_document(tx, &actor, &new, now)?;
            let line = line_of(tx, number)?.ok_or(Error::UnknownDocument)?;
            Ok((line, Touched::default()))
        });
        let added = added.await;
        if added.is_err() {
            self.remove_files(vec![file]).await;
        }
        added
    }

    /// The actor's own documents, newest first.
    pub(crate) async fn documents(&self, actor: &Actor) -> Result<Vec<DocumentLine>, Error> {
        let id = actor.in_person()?.account;
        self.documents_of(id).await
    }

    /// The document of a matter, for administrators.
    pub(crate) async fn document(&self, actor: &Actor, number: u64) -> Result<DocumentLine, Error> {
        actor.may(Capability::SettleReviews)?;
        let found = self.inner.store.read(move |rows| line_of(rows, number)).await?;
        found.ok_or(Error::UnknownDocument)
    }

    /// Takes one of the actor's own documents back; its file goes at once.
    pub(crate) async fn withdraw_document(&self, actor: &Actor, number: u64) -> Result<(), Error> {
        let actor = actor.clone();
        let withdrawn = self.change(move |tx, now| {
            Ok((
                write::withdraw_document(tx, &actor, number, now)?,
                Touched::default(),
            ))
        });
        let file = withdrawn.await?;
        self.remove_files(vec![file]).await;
        Ok(())
    }

    /// What a document's file holds, for an administrator, whose reading is noted first.
    pub(crate) async fn read_document(
        &self,
        actor: &Actor,
        number: u64,
    ) -> Result<(StoredDocument, Zeroizing<Vec<u8>>), Error> {
        let actor = actor.clone();
        let noted = self.change(move |tx, now| {
            let found = write::note_reading(tx, &actor, number, now)?;
            Ok((found, Touched::default()))
        });
        let found = noted.await?;
        let (cabinet, file, owner) = (self.inner.cabinet.clone(), found.file.clone(), found.account);
        let whole = blocking(move || cabinet.read(&file, owner)).await?;
        Ok((found, whole))
    }

    /// Whether a document's file is where it belongs.
    pub(crate) fn holds_document(&self, document: &StoredDocument) -> bool {
        document.erased.is_none() && self.inner.cabinet.holds(&document.file)
    }

    async fn documents_of(&self, id: AccountId) -> Result<Vec<DocumentLine>, Error> {
        let read = self.inner.store.read(move |rows| {
            let mut lines = Vec::new();
            for (number, document) in of_account(rows, id)? {
                let review = review::review(rows, document.review)?;
                lines.push(DocumentLine {
                    number,
                    document,
                    review,
                });
            }
            lines.reverse();
            Ok::<_, Error>(lines)
        });
        read.await
    }

    /// Removes the files of an account that is being erased; their records go with its part.
    pub(crate) async fn erase_documents(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        actor.may(Capability::EraseAccounts)?;
        let sent = self.inner.store.read(move |rows| of_account(rows, id)).await?;
        let files = sent.into_iter().map(|(_, document)| document.file);
        self.remove_files(files.collect()).await;
        Ok(())
    }

    /// The files of people, for what is given out to them.
    pub(crate) fn sealed_files(&self) -> impl SealedFiles + 'static {
        self.inner.cabinet.clone()
    }

    /// Removes files; what cannot be removed now is swept away in the night.
    pub(super) async fn remove_files(&self, files: Vec<SmolStr>) {
        let cabinet = self.inner.cabinet.clone();
        let removed = blocking(move || files.iter().try_for_each(|file| cabinet.remove(file)));
        if let Err(error) = removed.await {
            tracing::warn!(%error, "a document that is to be erased is still there: {error}");
        }
    }
}

fn line_of(rows: &impl Rows, number: u64) -> Result<Option<DocumentLine>, Error> {
    let Some(document) = document(rows, number)? else {
        return Ok(None);
    };
    let review = review::review(rows, document.review)?;
    Ok(Some(DocumentLine {
        number,
        document,
        review,
    }))
}

/// Runs what waits for the disk where waiting is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CabinetError> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| CabinetError::Io(error.to_string()))?;
    Ok(done?)
}
