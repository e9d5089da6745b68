//! Which language a datagram speaks, so that one port serves them all.
//!
//! The order matters: a comment in ADIF may hold `xml`, and one in XML may hold `<call:`.

use jiff::Timestamp;

use super::adif::{self, Rejected};
use super::contact::{Contact, Way};
use super::qdatastream::Malformed;
use super::{js8, n1mm, wsjtx};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// WSJT-X's binary messages.
    Wsjtx,
    /// The JSON of `JS8Call`.
    Js8,
    /// N1MM's XML.
    N1mm,
    /// ADIF, ADX included.
    Adif,
}

/// What a datagram says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decoded {
    /// A message of WSJT-X.
    Wsjtx(wsjtx::Packet),
    /// Messages of `JS8Call`.
    Js8(Vec<js8::Message>),
    /// A message of N1MM.
    N1mm(n1mm::Message),
    /// Contacts as ADIF.
    Adif(Vec<Result<Contact, Rejected>>),
}

/// Why a datagram says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    /// It is none of the languages.
    #[error("it is neither WSJT-X's, N1MM's nor JS8Call's, nor ADIF")]
    Unknown,
    /// A damaged message of WSJT-X.
    #[error("as a message of WSJT-X it is damaged: {0}")]
    Wsjtx(#[from] Malformed),
    /// Damaged XML.
    #[error(transparent)]
    N1mm(#[from] n1mm::NotXml),
    /// Damaged JSON.
    #[error(transparent)]
    Js8(#[from] js8::NotJson),
}

/// The language of bytes, `None` if it is none of ours.
pub(crate) fn language(bytes: &[u8]) -> Option<Language> {
    if bytes.starts_with(&wsjtx::MAGIC) {
        return Some(Language::Wsjtx);
    }
    let text = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    if text.starts_with(b"{") {
        return Some(Language::Js8);
    }
    if let Some(root) = root(text) {
        return Some(if root.eq_ignore_ascii_case(b"ADX") {
            Language::Adif
        } else {
            Language::N1mm
        });
    }
    let tag = b"<call:";
    let has_call = text
        .windows(tag.len())
        .any(|window| window.eq_ignore_ascii_case(tag));
    has_call.then_some(Language::Adif)
}

/// The root element of what begins as XML does: with a declaration, or with a tag of letters alone.
fn root(text: &[u8]) -> Option<&[u8]> {
    if text
        .get(..5)
        .is_some_and(|begin| begin.eq_ignore_ascii_case(b"<?xml"))
    {
        let mut rest = text;
        // Behind the declaration, comments and the like.
        while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
            rest = &rest[at + 1..];
            if rest.first().is_some_and(u8::is_ascii_alphabetic) {
                let end = rest
                    .iter()
                    .position(|byte| !byte.is_ascii_alphanumeric())
                    .unwrap_or(rest.len());
                return Some(&rest[..end]);
            }
        }
        return Some(b"");
    }
    let inner = text.strip_prefix(b"<")?;
    let end = inner.iter().position(|byte| !byte.is_ascii_alphabetic())?;
    let name = &inner[..end];
    // Those two are letters alone, but ADIF.
    let adif = [&b"eoh"[..], b"eor"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word));
    (end > 0 && inner[end] == b'>' && !adif).then_some(name)
}

/// Reads a datagram of any of the languages; `now` bounds the date of contacts.
pub(crate) fn decode(bytes: &[u8], now: Timestamp) -> Result<Decoded, Unread> {
    Ok(match language(bytes).ok_or(Unread::Unknown)? {
        Language::Wsjtx => Decoded::Wsjtx(wsjtx::Packet::read(bytes)?),
        Language::Js8 => Decoded::Js8(js8::read(bytes, now)?),
        Language::N1mm => Decoded::N1mm(n1mm::Message::read(bytes, now)?),
        Language::Adif => Decoded::Adif(adif::contacts(bytes, Way::Adif, now)),
    })
}
