//! Base64 without padding over a chosen alphabet: URL-safe for tokens, passlib's for password hashes.
//!
//! Only canonical text decodes: a length that no input gives, or set bits after the last byte, is refused,
//! so that one value has exactly one spelling.

/// RFC 4648 section 5, used in tokens that travel in headers and cookies.
pub(super) const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// What passlib calls "adapted" base64: `.` in the place of `+`.
pub(super) const PASSLIB: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";

/// Writes `bytes` in `alphabet`, without padding.
pub(super) fn encode(alphabet: &[u8; 64], bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(alphabet[index as usize]));
        }
    }
    text
}

/// Reads unpadded text; `None` where it is not the canonical spelling of any bytes.
pub(super) fn decode(alphabet: &[u8; 64], text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for (place, letter) in chunk.iter().enumerate() {
            let index = alphabet.iter().position(|known| known == letter)?;
            bits |= u32::try_from(index).ok()? << (18 - 6 * place);
        }
        let whole = chunk.len().checked_sub(1).filter(|whole| *whole > 0)?;
        let group = bits.to_be_bytes();
        if group[1 + whole..].iter().any(|rest| *rest != 0) {
            return None;
        }
        bytes.extend_from_slice(&group[1..=whole]);
    }
    Some(bytes)
}
