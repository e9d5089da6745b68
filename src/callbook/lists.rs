//! Lists that are read by a column map: the maps, and what they make of a list's first rows.

use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::error::Error;
use super::model::Authority;
use super::registers::columns::{self, ColumnMap, Previewed};
use super::registers::rows::ReadError;
use super::service::Callbook;
use super::tables::LIST;
use super::view::words;
use super::write;
use crate::identity::{Actor, Capability};
use crate::store::Rows;

/// Rows of a preview.
const PREVIEWED: usize = 20;

/// A row of a list as its map understands it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallbookPreviewRow)]
pub(crate) struct PreviewRow {
    pub(crate) line: u64,
    /// Empty where the row is not used.
    pub(crate) call: String,
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) place: String,
    pub(crate) status: String,
    /// Why the row is not used, or which values are left out.
    pub(crate) remarks: Vec<String>,
}

impl Callbook {
    /// Keeps the column map of a list, which makes the list a register.
    pub(crate) async fn put_list(&self, actor: &Actor, map: String) -> Result<Authority, Error> {
        let (actor, now) = (actor.clone(), self.now());
        self.inner
            .store
            .write(move |tx| write::put_list(tx, &actor, &map, now))
            .await
    }

    /// The column map of a list, as it was written.
    pub(crate) async fn list(&self, actor: &Actor, authority: &Authority) -> Result<String, Error> {
        actor.may(Capability::GovernCallbook)?;
        let name = SmolStr::new(authority.as_str());
        let found = self
            .inner
            .store
            .read(move |r| Ok::<_, Error>(r.get(LIST, &name)?));
        let list = found.await?.ok_or_else(|| Error::NoSource(authority.clone()))?;
        Ok(list.map)
    }

    /// What a map makes of the beginning of a list.
    pub(crate) async fn preview(
        &self,
        actor: &Actor,
        map: &str,
        bytes: Vec<u8>,
    ) -> Result<Vec<PreviewRow>, Error> {
        actor.may(Capability::GovernCallbook)?;
        let map = ColumnMap::parse(map)?;
        let read = tokio::task::spawn_blocking(move || columns::preview(&map, &bytes[..], PREVIEWED)).await;
        let rows = read.map_err(std::io::Error::other)?;
        let rows = rows.map_err(|error| match error {
            ReadError::Io(error) => Error::Io(error),
            other => Error::Invalid {
                field: "file",
                what: other.to_string(),
            },
        })?;
        Ok(rows.into_iter().map(PreviewRow::of).collect())
    }

    /// The column map of a list; none for a register that the program reads itself.
    pub(super) fn map_of(&self, authority: &Authority) -> Result<Option<ColumnMap>, Error> {
        let name = SmolStr::new(authority.as_str());
        let list = self
            .inner
            .store
            .read_now(|r| Ok::<_, Error>(r.get(LIST, &name)?))?;
        Ok(list.map(|list| ColumnMap::parse(&list.map)).transpose()?)
    }
}

impl PreviewRow {
    fn of(row: Previewed) -> Self {
        let mut remarks = row.left_out;
        let mut view = Self {
            line: row.line,
            call: String::new(),
            name: String::new(),
            class: String::new(),
            place: String::new(),
            status: String::new(),
            remarks: Vec::new(),
        };
        match row.licence {
            Ok(licence) => {
                let (holder, address) = (&licence.holder, &licence.address);
                let join = |parts: &[&str]| {
                    let parts = parts.iter().filter(|part| !part.is_empty());
                    parts.copied().collect::<Vec<_>>().join(" ")
                };
                view.call = licence.call.to_string();
                view.name = join(&[&holder.name, &holder.first, &holder.middle, &holder.last]);
                view.class = licence.class.as_ref().map(words::class).unwrap_or_default();
                view.place = join(&[&address.postcode, &address.city, &address.region]);
                view.status = format!("{:?}", licence.status).to_lowercase();
            }
            Err(reason) => remarks.insert(0, reason.to_string()),
        }
        view.remarks = remarks;
        view
    }
}
