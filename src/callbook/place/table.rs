//! The packed tables of positions, see `assets/callbook/make_places.py` for their form.
//!
//! A table is sorted records of a key and two 24-bit coordinates, searched by halves in place.

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::ham::geo::LatLon;

const US_ZIP: &[u8] = include_bytes!("../../../assets/callbook/us_zip.bin");
const CA_FSA: &[u8] = include_bytes!("../../../assets/callbook/ca_fsa.bin");
const CITIES: &[u8] = include_bytes!("../../../assets/callbook/cities.bin");

/// The largest coordinate, which stands for 90 degrees north or 180 east.
const FULL: f64 = 16_777_215.0;

/// The centre of a US ZIP code, given with or without its four more digits.
pub(super) fn us_zip(zip: &str) -> Option<LatLon> {
    let digits = zip.get(..5)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let key: u32 = digits.parse().ok()?;
    let [_, key @ ..] = key.to_be_bytes();
    find::<3, 9>(US_ZIP, key)
}

/// The centre of the forward sortation area of a Canadian postcode, its first three characters.
pub(super) fn ca_fsa(postcode: &str) -> Option<LatLon> {
    let area = postcode.get(..3)?;
    if !area.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let key = u32::from_str_radix(area, 36).ok()?;
    let [_, key @ ..] = key.to_be_bytes();
    find::<3, 9>(CA_FSA, key)
}

/// The middle of a town of a region.
pub(super) fn city(country: &str, region: &str, name: &str) -> Option<LatLon> {
    let name = plain(name);
    if name.is_empty() {
        return None;
    }
    let bytes = [country, "|", region, "|", &name]
        .into_iter()
        .flat_map(str::bytes);
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let [_, _, _, key @ ..] = hash.to_be_bytes();
    find::<5, 11>(CITIES, key)
}

/// Capitals without accents and anything between, the usual first words shortened.
fn plain(name: &str) -> String {
    let bare = DecomposingNormalizerBorrowed::new_nfd().normalize(name);
    let mut words: Vec<String> = bare
        .chars()
        .filter(|c| c.is_ascii() || c.is_whitespace())
        .collect::<String>()
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    if let [first, _, ..] = words.as_mut_slice() {
        let short = match first.as_str() {
            "SAINT" => "ST",
            "SAINTE" => "STE",
            "FORT" => "FT",
            "MOUNT" => "MT",
            _ => "",
        };
        if !short.is_empty() {
            short.clone_into(first);
        }
    }
    words.concat()
}

fn find<const KEY: usize, const RECORD: usize>(table: &[u8], key: [u8; KEY]) -> Option<LatLon> {
    let (records, _) = table.as_chunks::<RECORD>();
    let at = records.binary_search_by(|record| record[..KEY].cmp(&key)).ok()?;
    let degrees = |from: usize, span: f64| {
        let [a, b, c] = [0, 1, 2].map(|n| records[at][KEY + from + n]);
        f64::from(u32::from_be_bytes([0, a, b, c])) * span / FULL - span / 2.0
    };
    LatLon::new(degrees(0, 180.0), degrees(3, 360.0)).ok()
}
