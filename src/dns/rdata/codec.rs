//! The spellings of octets and times that fields use: hexadecimal, base64, base32hex, periods, points in time.
//!
//! Pure functions between text and octets. They say only whether a text is right; the field's name and what to do
//! instead is said by whoever reads the field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The seconds of `300`, `1h30m`, `2W`: numbers with units, each unit once or more; at most 2^32 - 1.
pub(crate) fn period(text: &str) -> Option<u32> {
    let mut total = 0_u64;
    let mut number: Option<u64> = None;
    let mut units = false;
    for octet in text.bytes() {
        if octet.is_ascii_digit() {
            let longer = number.unwrap_or_default() * 10 + u64::from(octet - b'0');
            number = Some(longer).filter(|seconds| u32::try_from(*seconds).is_ok());
            number?;
            continue;
        }
        let unit = match octet.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        units = true;
        total = total.checked_add(number.take()? * unit)?;
    }
    match number {
        // A bare number after units would leave open what it counts.
        Some(bare) => (!units).then(|| u32::try_from(bare).ok()).flatten(),
        None => units.then(|| u32::try_from(total).ok()).flatten(),
    }
}

/// A whole number in decimal digits, nothing else.
pub(super) fn number(text: &str) -> Option<u32> {
    text.bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// The octets of hexadecimal digits in either case.
pub(super) fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?))
        .collect()
}

fn hex_digit(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Appends octets in lower-case hexadecimal.
pub(super) fn push_hex(octets: &[u8], text: &mut String) {
    for octet in octets {
        for digit in [octet >> 4, octet & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
}

/// The octets of base64 with its padding.
pub(super) fn from_base64(digits: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(digits).ok()
}

/// Appends octets in base64.
pub(super) fn push_base64(octets: &[u8], text: &mut String) {
    STANDARD.encode_string(octets, text);
}

const BASE32_HEX: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The octets of base32 with the extended alphabet, without padding (RFC 5155 3.3).
pub(super) fn from_base32_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(digits.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits {
        let folded = digit.to_ascii_lowercase();
        let value = BASE32_HEX.iter().position(|known| *known == folded)?;
        held = (held << 5 | u32::try_from(value).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            octets.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    // What is left are filling zeros, fewer than a digit has.
    (bits < 5 && held & ((1 << bits) - 1) == 0).then_some(octets)
}

/// Appends octets in base32 with the extended alphabet, without padding.
pub(super) fn push_base32_hex(octets: &[u8], text: &mut String) {
    for five in octets.chunks(5) {
        let mut held = [0_u8; 8];
        held[3..3 + five.len()].copy_from_slice(five);
        let held = u64::from_be_bytes(held);
        for digit in 0..(five.len() * 8).div_ceil(5) {
            let value = held >> (35 - 5 * digit) & 31;
            text.push(char::from(BASE32_HEX[usize::try_from(value).unwrap_or_default()]));
        }
    }
}

/// The seconds since 1970 of `YYYYMMDDHHmmSS` or of a number of at most ten digits (RFC 4034 3.2).
pub(super) fn from_time(text: &str) -> Option<u32> {
    if text.len() <= 10 {
        return number(text);
    }
    if text.len() != 14 || number(&text[..8]).is_none() || number(&text[8..]).is_none() {
        return None;
    }
    let moment = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    let moment = moment.to_zoned(TimeZone::UTC).ok()?;
    u32::try_from(moment.timestamp().as_second()).ok()
}

/// Appends seconds since 1970 as `YYYYMMDDHHmmSS`.
pub(super) fn push_time(seconds: u32, text: &mut String) {
    let moment = Timestamp::from_second(i64::from(seconds)).unwrap_or_default();
    text.push_str(&moment.strftime("%Y%m%d%H%M%S").to_string());
}

/// Appends a string with the escapes of RFC 1035 5.1, in quotes.
pub(crate) fn push_quoted(octets: &[u8], text: &mut String) {
    text.push('"');
    for &octet in octets {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            _ => {
                text.push('\\');
                for digit in [octet / 100, octet / 10 % 10, octet % 10] {
                    text.push(char::from(b'0' + digit));
                }
            }
        }
    }
    text.push('"');
}
