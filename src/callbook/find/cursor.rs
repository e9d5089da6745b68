//! Where a page of hits ended, as a text that means nothing to whoever carries it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use smol_str::SmolStr;

use super::super::model::Authority;
use super::{Asker, Fields, Query};
use crate::search::{Key, Place};

/// Longest text that is looked at.
const LONGEST: usize = 160;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Which query it belongs to.
    pub(super) query: u32,
    /// How many letters words may differ by.
    pub(super) widened: u8,
    /// The step of the plan.
    pub(super) step: u8,
    pub(super) place: Place,
    pub(super) authority: Authority,
}

impl Cursor {
    /// Reads a cursor; `None` for what is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = plain.split(' ');
        let cursor = Self {
            query: u32::from_str_radix(parts.next()?, 16).ok()?,
            widened: parts.next()?.parse().ok()?,
            step: parts.next()?.parse().ok()?,
            place: Place {
                rank: parts.next()?.parse().ok()?,
                key: Key::new(parts.next()?)?,
            },
            authority: Authority::parse(parts.next()?).ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    /// The cursor as text for an address or a form.
    pub(crate) fn as_text(&self) -> SmolStr {
        let Self {
            query,
            widened,
            step,
            place,
            authority,
        } = self;
        let (rank, key) = (place.rank, place.key.as_str());
        URL_SAFE_NO_PAD
            .encode(format!("{query:x} {widened} {step} {rank} {key} {authority}"))
            .into()
    }
}

/// A mark of everything that decides the order of the hits.
pub(super) fn mark(query: &Query, asker: &Asker, allowed: Fields) -> u32 {
    let text = format!("{query:?} {asker:?} {allowed:?}");
    let hash = blake3::hash(text.as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}
