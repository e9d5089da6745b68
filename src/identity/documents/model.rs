//! What is known of a document, and which kinds of files are taken.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::identity::model::{AccountId, DisplayName};
use crate::identity::review::ReviewId;

/// Largest file that is taken, in bytes.
pub(crate) const MOST_BYTES: u64 = 10_000_000;
/// Files of one account that are kept at once.
pub(crate) const MOST_KEPT: usize = 3;
/// Bytes that tell what a file is.
pub(crate) const TELLING: usize = 12;

/// A kind of file that shows a licence. Stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileKind {
    Pdf,
    Jpeg,
    Png,
    Webp,
    /// One that this version does not know.
    #[serde(other)]
    Unknown,
}

impl FileKind {
    /// What a file is that begins so; none for what is not taken.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// The type it is sent with.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Unknown => "application/octet-stream",
        }
    }

    /// How its name ends when it is sent.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Unknown => "bin",
        }
    }

    /// Whether a page can show it as an image.
    pub(crate) fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }
}

/// A licence that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredDocument {
    pub(crate) account: AccountId,
    /// The call it is to prove.
    pub(crate) call: Callsign,
    pub(crate) kind: FileKind,
    /// As its owner named it.
    #[serde(default)]
    pub(crate) name: DisplayName,
    pub(crate) bytes: u64,
    /// SHA-256 of what was sent, in hexadecimal.
    #[serde(default)]
    pub(crate) digest: SmolStr,
    /// Its file's name in the directory of documents.
    pub(crate) file: SmolStr,
    pub(crate) sent: Timestamp,
    /// The matter that it belongs to.
    pub(crate) review: ReviewId,
    /// When its file was erased.
    #[serde(default)]
    pub(crate) erased: Option<Timestamp>,
}

/// The name that somebody's computer gave a file, as far as it is one line and no path.
pub(super) fn plain_name(given: &str) -> DisplayName {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(100).collect();
    clean.parse().unwrap_or_default()
}
