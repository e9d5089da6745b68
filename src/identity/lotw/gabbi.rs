//! The text inside a `.tq8` file: records of `<NAME:length>value` fields, each ended by `<eor>`.
//!
//! Like ADIF, but values are bytes that may span lines, and a field twice in one record is an error, since it could be
//! read in two ways. Text between fields is passed over.

use std::io::Read as _;

use flate2::read::GzDecoder;

use super::tq8::BadLog;

/// Largest log taken, packed or unpacked, in bytes: one contact needs two thousand.
pub(super) const LARGEST: usize = 64 * 1024;

/// One record: field names in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record(Vec<(String, String)>);

impl Record {
    /// The value of a field, where it is not empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name);
        field
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn add(&mut self, name: String, value: &str) -> Result<(), BadLog> {
        if self.0.iter().any(|(known, _)| *known == name) {
            return Err(BadLog::Repeated(name));
        }
        self.0.push((name, value.to_owned()));
        Ok(())
    }
}

/// Unpacks a `.tq8` file.
pub(super) fn unpack(file: &[u8]) -> Result<String, BadLog> {
    if file.len() > LARGEST {
        return Err(BadLog::TooLarge);
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(LARGEST).expect("64 KiB fits") + 1;
    let unpacked = GzDecoder::new(file).take(limit).read_to_end(&mut bytes);
    unpacked.map_err(|_| BadLog::NotPacked)?;
    if bytes.len() > LARGEST {
        return Err(BadLog::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| BadLog::NotText)
}

/// The records of a text.
pub(super) fn records(text: &str) -> Result<Vec<Record>, BadLog> {
    let mut records = Vec::new();
    let mut record = Record::default();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').ok_or(BadLog::Tag)?;
        rest = after;
        if tag.eq_ignore_ascii_case("eor") {
            records.push(std::mem::take(&mut record));
            continue;
        }
        let mut parts = tag.splitn(3, ':');
        let name = parts.next().filter(|name| is_name(name)).ok_or(BadLog::Tag)?;
        let length = parts
            .next()
            .filter(|length| length.bytes().all(|digit| digit.is_ascii_digit()));
        let length: usize = length.and_then(|length| length.parse().ok()).ok_or(BadLog::Tag)?;
        let (value, after) = after.split_at_checked(length).ok_or(BadLog::Tag)?;
        record.add(name.to_ascii_uppercase(), value)?;
        rest = after;
    }
    if record == Record::default() {
        Ok(records)
    } else {
        Err(BadLog::Tag)
    }
}

fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    !name.is_empty() && name.len() <= 40 && name.bytes().all(is_letter)
}
