//! Bytes of a line to text and back.
//!
//! The network is older than UTF-8: a line is UTF-8 if it is valid UTF-8, else Windows-1252, which every byte
//! is. Control characters become spaces, so that no line can steer a terminal or break a log.

use std::borrow::Cow;

/// The text of a line; borrowed when it is plain.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => Cow::Borrowed(text),
        Ok(text) if text.chars().any(char::is_control) => Cow::Owned(text.chars().map(blanked).collect()),
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            Cow::Owned(text.chars().map(blanked).collect())
        }
    }
}

/// The bytes of a text: Windows-1252 if it fits and is wanted, one byte a character as columns need; else UTF-8.
pub fn encode(text: &str, single_bytes: bool) -> Cow<'_, [u8]> {
    if !single_bytes || text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    match encoding_rs::WINDOWS_1252.encode(text) {
        (bytes, _, false) => Cow::Owned(bytes.into_owned()),
        _ => Cow::Borrowed(text.as_bytes()),
    }
}

/// Nothing but the printable characters of ASCII; without a branch a byte, so that it is fast.
fn is_plain(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .fold(0, |odd, byte| odd | u8::from(byte.wrapping_sub(0x20) >= 0x5f));
    odd == 0
}

fn blanked(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}
