//! References of programmes for activators, found in prose.
//!
//! Forms (from spots on air): IOTA `AF-020`, `AF020`; SOTA `W7W/LC-001`; WWFF `DLFF-0123`; POTA `US-1044`,
//! `K-1234`, `DE-01234`; WWBOTA `B/G-1234`. The order in which they are tried matters: a word is one
//! reference at most. POTA's is the vaguest, so it is not taken from a word that is a call with an identifier.

use smol_str::{SmolStr, format_smolstr};

/// The references a comment names, each in its programme's spelling, the first of each programme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Islands on the Air.
    pub iota: Option<SmolStr>,
    /// Summits on the Air.
    pub sota: Option<SmolStr>,
    /// World Wide Flora and Fauna.
    pub wwff: Option<SmolStr>,
    /// Parks on the Air.
    pub pota: Option<SmolStr>,
    /// Worldwide Bunkers on the Air.
    pub wwbota: Option<SmolStr>,
}

impl References {
    /// Whether none was found.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes one word; whether it was a reference.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if !(4..=14).contains(&word.len()) || !word.bytes().any(|b| b.is_ascii_digit()) {
            return false;
        }
        let upper: SmolStr = word.chars().map(|c| c.to_ascii_uppercase()).collect();
        let places = [
            (iota(&upper), &mut self.iota),
            (sota(&upper), &mut self.sota),
            (wwbota(&upper), &mut self.wwbota),
            (wwff(&upper), &mut self.wwff),
            (pota(&upper), &mut self.pota),
        ];
        for (found, place) in places {
            if let Some(found) = found {
                place.get_or_insert(found);
                return true;
            }
        }
        false
    }
}

fn digits(text: &str, counts: std::ops::RangeInclusive<usize>) -> bool {
    counts.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn alphanumerics(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn iota(word: &str) -> Option<SmolStr> {
    let continent = word.get(..2)?;
    if !matches!(continent, "AF" | "AN" | "AS" | "EU" | "NA" | "OC" | "SA") {
        return None;
    }
    let number = word[2..].strip_prefix('-').unwrap_or(&word[2..]);
    digits(number, 3..=3).then(|| format_smolstr!("{continent}-{number}"))
}

fn sota(word: &str) -> Option<SmolStr> {
    let (association, summit) = word.split_once('/')?;
    let (region, number) = summit.split_once('-')?;
    let fits = alphanumerics(association, 3)
        && region.len() == 2
        && region.bytes().all(|b| b.is_ascii_uppercase())
        && digits(number, 3..=3);
    fits.then(|| word.into())
}

fn wwbota(word: &str) -> Option<SmolStr> {
    let (country, number) = word.strip_prefix("B/")?.split_once('-')?;
    (alphanumerics(country, 4) && digits(number, 3..=5)).then(|| word.into())
}

fn wwff(word: &str) -> Option<SmolStr> {
    let (programme, number) = word.split_once('-')?;
    let country = programme.strip_suffix("FF")?;
    (alphanumerics(country, 4) && digits(number, 4..=4)).then(|| word.into())
}

fn pota(word: &str) -> Option<SmolStr> {
    let (country, number) = word.split_once('-')?;
    let fits =
        alphanumerics(country, 4) && digits(number, 4..=5) && country.bytes().any(|b| b.is_ascii_uppercase());
    fits.then(|| word.into())
}
