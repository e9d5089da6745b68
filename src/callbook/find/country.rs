//! Countries as they are typed: two or three letters, or the name of a DXCC entity or its beginning.

use std::sync::{Arc, LazyLock};

use crate::ham::dxcc::{EntityId, Resolver};

static RESOLVER: LazyLock<Arc<Resolver>> = LazyLock::new(Resolver::shared);

/// Countries with a register of their own: its code, what they are called besides, and their main DXCC entity.
const NAMES: [(&str, &[&str], u16); 5] = [
    (
        "us",
        &["usa", "united states", "america", "united states of america"],
        291,
    ),
    ("ca", &["can", "canada"], 1),
    ("fi", &["fin", "finland", "suomi"], 224),
    ("au", &["aus", "australia"], 150),
    ("jp", &["jpn", "japan", "nippon"], 339),
];

/// Codes of ISO 3166 whose countries are known to DXCC by another prefix.
const CODES: [(&str, u16); 24] = [
    ("at", 206),
    ("be", 209),
    ("br", 108),
    ("ch", 287),
    ("cz", 503),
    ("de", 230),
    ("dk", 221),
    ("es", 281),
    ("fr", 227),
    ("gb", 223),
    ("uk", 223),
    ("hu", 239),
    ("ie", 245),
    ("it", 248),
    ("mx", 50),
    ("nl", 263),
    ("no", 266),
    ("nz", 170),
    ("pl", 269),
    ("pt", 272),
    ("se", 284),
    ("si", 499),
    ("sk", 504),
    ("za", 462),
];

/// Whether the country with this code is the one that was typed, in small letters.
pub(super) fn is(code: &str, typed: &str) -> bool {
    code == typed
        || NAMES
            .iter()
            .any(|(known, names, _)| *known == code && names.contains(&typed))
}

/// The DXCC entities that were typed, in small letters: at most ten.
pub(super) fn entities(typed: &str) -> Vec<EntityId> {
    if let Some((_, number)) = CODES.iter().find(|(code, _)| *code == typed) {
        return vec![EntityId(*number)];
    }
    if let Some((_, _, number)) = NAMES.iter().find(|(code, ..)| is(code, typed)) {
        return vec![EntityId(*number)];
    }
    let found = RESOLVER.find(typed);
    found.into_iter().take(10).map(|entity| entity.id).collect()
}
