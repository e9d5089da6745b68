//! The bytes of a question for text records, and of its answer (RFC 1035 4, RFC 6891).
//!
//! Reading never panics and takes time in proportion to the message: pointers lead backwards only, names and lists
//! are bounded. Of an answer only what follows from the question is taken: the texts of the name itself, or of the one
//! that its aliases lead to.

use smol_str::{SmolStr, ToSmolStr as _};

const HEADER: usize = 12;
/// Longest name on the wire and longest label (RFC 1035 2.3.4).
const MOST_NAME: usize = 255;
const MOST_LABEL: usize = 63;
/// Aliases followed.
const MOST_ALIASES: usize = 8;
/// Records looked at.
const MOST_RECORDS: u16 = 256;

const CNAME: u16 = 5;
const TXT: u16 = 16;
const OPT: u16 = 41;
const IN: u16 = 1;

/// Text records of a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TextRecords {
    /// Each record's strings, joined.
    pub(crate) texts: Vec<Vec<u8>>,
    /// Where aliases led, in lower case without a final dot; the texts are the last one's.
    pub(crate) aliases: Vec<SmolStr>,
    /// Whether the server says that it checked the signatures.
    pub(crate) authentic: bool,
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What there is; nothing for a name that does not exist.
    Texts(TextRecords),
    /// There is more than fits a datagram.
    CutOff,
    /// It does not answer this.
    Refused(u8),
    /// It makes no sense.
    Malformed,
}

/// Why bytes are no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// To another question, or to nobody's.
    NotOurs,
    /// To ours, and broken.
    Broken,
}

/// The question for a name's text records; nothing where the text is no name.
pub(crate) fn query(id: u16, name: &str) -> Option<Vec<u8>> {
    let mut bytes = id.to_be_bytes().to_vec();
    // Recursion desired, and the word on signatures welcome (RFC 6840 5.7); one question, one addition.
    bytes.extend([0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1]);
    let mut length = 1;
    for label in name.trim_end_matches('.').split('.') {
        let size = u8::try_from(label.len()).ok()?;
        length += label.len() + 1;
        if label.is_empty() || label.len() > MOST_LABEL || length > MOST_NAME || !label.is_ascii() {
            return None;
        }
        bytes.push(size);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend(TXT.to_be_bytes());
    bytes.extend(IN.to_be_bytes());
    // The root's name, OPT, 1232 bytes of datagram, version 0, no options.
    bytes.push(0);
    bytes.extend(OPT.to_be_bytes());
    bytes.extend(1232_u16.to_be_bytes());
    bytes.extend([0; 6]);
    Some(bytes)
}

/// Reads the answer to the question `id` for `name`.
pub(crate) fn read(bytes: &[u8], id: u16, name: &str) -> Result<Answer, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    let header = [(); HEADER / 2].map(|()| reader.u16());
    let [Some(own), Some(flags), Some(questions), Some(answers), _, Some(_)] = header else {
        return Err(Malformed::NotOurs);
    };
    if own != id || flags & 0x8000 == 0 || questions != 1 {
        return Err(Malformed::NotOurs);
    }
    let asked = reader.name().ok_or(Malformed::NotOurs)?;
    let question = (reader.u16(), reader.u16());
    let wanted = name.trim_end_matches('.').to_ascii_lowercase();
    if asked != wanted || question != (Some(TXT), Some(IN)) {
        return Err(Malformed::NotOurs);
    }
    if flags & 0x0200 != 0 {
        return Ok(Answer::CutOff);
    }
    match flags & 0x000f {
        0 | 3 => {}
        code => return Ok(Answer::Refused(u8::try_from(code).unwrap_or(u8::MAX))),
    }
    let mut records = Vec::new();
    for _ in 0..answers.min(MOST_RECORDS) {
        records.extend(reader.record().ok_or(Malformed::Broken)?);
    }
    let mut found = follow(&asked, &records).ok_or(Malformed::Broken)?;
    found.authentic = flags & 0x0020 != 0;
    Ok(Answer::Texts(found))
}

/// A record of use here.
struct Record {
    owner: SmolStr,
    data: Data,
}

enum Data {
    Alias(SmolStr),
    Text(Vec<u8>),
}

/// The texts that a name has, by its aliases where it has some; nothing where those run in a circle.
fn follow(asked: &SmolStr, records: &[Record]) -> Option<TextRecords> {
    let mut found = TextRecords::default();
    let mut name = asked.clone();
    while let Some(target) = records.iter().find_map(|record| match &record.data {
        Data::Alias(target) if record.owner == name => Some(target),
        _ => None,
    }) {
        name = target.clone();
        found.aliases.push(target.clone());
        if found.aliases.len() > MOST_ALIASES {
            return None;
        }
    }
    let texts = records.iter().filter_map(|record| match &record.data {
        Data::Text(text) if record.owner == name => Some(text.clone()),
        _ => None,
    });
    found.texts = texts.collect();
    Some(found)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    /// A name in lower case. A byte that cannot stand in a host name becomes `?`, which equals no name asked for.
    fn name(&mut self) -> Option<SmolStr> {
        let (mut at, mut end) = (self.at, None);
        let (mut text, mut length) = (String::new(), 1);
        loop {
            let size = *self.bytes.get(at)?;
            match size {
                0 => break,
                1..=63 => {
                    let label = self.bytes.get(at + 1..at + 1 + usize::from(size))?;
                    length += label.len() + 1;
                    if length > MOST_NAME {
                        return None;
                    }
                    if !text.is_empty() {
                        text.push('.');
                    }
                    let plain = |byte: &u8| match byte {
                        b'-' | b'_' => char::from(*byte),
                        byte if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_lowercase()),
                        _ => '?',
                    };
                    text.extend(label.iter().map(plain));
                    at += 1 + usize::from(size);
                }
                0xc0.. => {
                    let low = *self.bytes.get(at + 1)?;
                    let target = usize::from(u16::from_be_bytes([size & 0x3f, low]));
                    end.get_or_insert(at + 2);
                    // Backwards only, so that it ends.
                    if target >= at {
                        return None;
                    }
                    at = target;
                }
                _ => return None,
            }
        }
        self.at = end.unwrap_or(at + 1);
        Some(text.to_smolstr())
    }

    /// The next record: one of use here, or none of use; nothing where the message breaks off.
    fn record(&mut self) -> Option<Option<Record>> {
        let owner = self.name()?;
        let (kind, class) = (self.u16()?, self.u16()?);
        self.take(4)?;
        let length = usize::from(self.u16()?);
        let begin = self.at;
        let data = self.take(length)?;
        let data = match (kind, class) {
            (CNAME, IN) => {
                let mut inner = Reader {
                    bytes: &self.bytes[..begin + length],
                    at: begin,
                };
                Data::Alias(inner.name()?)
            }
            (TXT, IN) => Data::Text(strings(data)?),
            _ => return Some(None),
        };
        Some(Some(Record { owner, data }))
    }
}

/// The strings of a text record, joined.
fn strings(mut data: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(data.len());
    while let Some((length, rest)) = data.split_first() {
        let (string, rest) = rest.split_at_checked(usize::from(*length))?;
        text.extend(string);
        data = rest;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "_shackbox-verify.k1abc.ampr.org";

    /// An answer with these records after the question, each with its owner spelt as a pointer to the question.
    fn answer(flags: u16, records: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = query(7, NAME).unwrap();
        bytes.truncate(bytes.len() - 11);
        bytes[2..4].copy_from_slice(&flags.to_be_bytes());
        bytes[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        bytes[10..12].copy_from_slice(&[0, 0]);
        for (kind, data) in records {
            bytes.extend([0xc0, 12]);
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    fn texts(bytes: &[u8]) -> TextRecords {
        match read(bytes, 7, NAME) {
            Ok(Answer::Texts(texts)) => texts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_of_several_strings_are_joined() {
        let found = texts(&answer(
            0x81a0,
            &[(TXT, b"\x03one\x04-two".to_vec()), (16, b"\x05other".to_vec())],
        ));
        assert_eq!(found.texts, [b"one-two".to_vec(), b"other".to_vec()]);
        assert!(found.authentic);
        assert!(found.aliases.is_empty());
    }

    #[test]
    fn texts_behind_an_alias_are_told_with_it() {
        let mut bytes = answer(0x8180, &[(CNAME, b"\x05other\x03org\x00".to_vec())]);
        bytes[6..8].copy_from_slice(&[0, 2]);
        bytes.extend(b"\x05OTHER\x03org\x00\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x03\x02hi");
        let found = texts(&bytes);
        assert_eq!(found.aliases, ["other.org"]);
        assert_eq!(found.texts, [b"hi".to_vec()]);
        assert!(!found.authentic);
    }

    #[test]
    fn a_name_that_is_missing_has_no_texts() {
        assert_eq!(texts(&answer(0x8183, &[])), TextRecords::default());
        assert_eq!(read(&answer(0x8182, &[]), 7, NAME), Ok(Answer::Refused(2)));
        assert_eq!(read(&answer(0x8380, &[]), 7, NAME), Ok(Answer::CutOff));
    }

    #[test]
    fn answers_to_other_questions_are_not_ours() {
        let good = answer(0x8180, &[(TXT, b"\x02hi".to_vec())]);
        assert_eq!(read(&good, 8, NAME), Err(Malformed::NotOurs));
        assert_eq!(read(&good, 7, "other.org"), Err(Malformed::NotOurs));
        assert_eq!(
            read(&query(7, NAME).unwrap(), 7, NAME),
            Err(Malformed::NotOurs),
            "a question is no answer"
        );
    }

    #[test]
    fn pointers_that_lead_forward_or_in_circles_are_refused() {
        let own = answer(0x8180, &[(CNAME, vec![0xc0, 61])]);
        assert_eq!(read(&own, 7, NAME), Err(Malformed::Broken));
        let circle = answer(0x8180, &[(CNAME, vec![0xc0, 12])]);
        assert_eq!(read(&circle, 7, NAME), Err(Malformed::Broken));
    }

    #[test]
    fn what_is_no_name_is_not_asked() {
        assert!(query(1, "a..b").is_none());
        assert!(query(1, &"a".repeat(64)).is_none());
        assert!(query(1, &"abc.".repeat(70)).is_none());
        assert!(query(1, "münchen.de").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(flags: u16, data in proptest::collection::vec(any::<u8>(), 0..80), kind in prop_oneof![Just(CNAME), Just(TXT)]) {
            let _ = read(&answer(flags | 0x8000, &[(kind, data.clone())]), 7, NAME);
            let _ = read(&data, 7, NAME);
        }
    }
}
