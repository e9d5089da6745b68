//! Whose data the callbook shows: the words that its registers and tables of places ask for.

use jiff::civil::Date;
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::error::Error;
use super::model::Authority;
use super::place::credit;
use super::registers::columns::ColumnMap;
use super::service::Callbook;
use super::tables::LIST;
use super::view::words;
use super::write;
use crate::store::{Read, Rows};

/// Whose data is shown, in the words their terms ask for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallbookCredit)]
pub(crate) struct CreditView {
    /// Who gives the data.
    pub(crate) owner: String,
    /// The words to show.
    pub(crate) text: String,
    /// Where the data or its terms are found; empty for a list without.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) terms: String,
    /// The day it was taken; absent for positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) taken: Option<Date>,
}

impl Callbook {
    /// Whose data the callbook shows.
    pub(crate) fn credits(&self) -> Result<Vec<CreditView>, Error> {
        self.inner.store.read_now(|r| {
            let mut credits = Vec::new();
            for live in self.inner.registers.all().iter() {
                let authority = live.authority();
                let taken = write::source(r, authority)?.taken;
                let taken = taken.map(|taken| words::today(authority, taken));
                credits.extend(Self::credit(r, authority)?.map(|credit| CreditView { taken, ..credit }));
            }
            credits.extend(credit::of_places().iter().map(CreditView::of));
            Ok(credits)
        })
    }

    fn credit(r: &Read, authority: &Authority) -> Result<Option<CreditView>, Error> {
        if let Some(known) = credit::of(authority) {
            return Ok(Some(CreditView::of(&known)));
        }
        let list = r.get(LIST, &SmolStr::new(authority.as_str()))?;
        let map = list.and_then(|list| ColumnMap::parse(&list.map).ok());
        Ok(map.map(|map| CreditView {
            owner: map.title.to_string(),
            text: if map.credit.is_empty() {
                map.title.to_string()
            } else {
                map.credit.to_string()
            },
            link: map.link.to_string(),
            terms: String::new(),
            taken: None,
        }))
    }
}

impl CreditView {
    fn of(credit: &credit::Credit) -> Self {
        Self {
            owner: credit.owner.to_owned(),
            text: credit.text.to_owned(),
            link: credit.link.to_owned(),
            terms: credit.terms.to_owned(),
            taken: None,
        }
    }
}
