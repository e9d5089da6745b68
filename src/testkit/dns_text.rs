//! Zones as text for benches, and entry points of the fuzz targets on master files and on data of records.

use crate::dns::master::{Options, contents, write};
use crate::dns::name::Name;
use crate::dns::rdata;
use crate::dns::rr::RecordType;

/// The zone that texts made here are of.
pub const ORIGIN: &str = "club.example.";

fn origin() -> Name {
    ORIGIN.parse().expect("the origin is a name")
}

/// A club's zone of about so many records: callsigns with an address each, half of them with a second one, a third with
/// a text, a quarter with a mail server. The same for the same count.
pub fn zone_text(records: usize) -> String {
    let mut text = String::with_capacity(records * 40);
    text.push_str(
        "$TTL 3600\n@ SOA ns1 hostmaster 2026112201 7200 1800 1209600 300\n@ NS ns1\nns1 A 192.0.2.53\n",
    );
    let mut left = records.saturating_sub(3);
    let mut line = |text: &mut String, line: String| {
        if left > 0 {
            text.push_str(&line);
            left -= 1;
        }
        left > 0
    };
    for i in 0.. {
        // Prefix, digit and three letters, each call once.
        let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap_or_default());
        let call = format!(
            "{}{}{}{}{}{}",
            letter(i / 11 + 7),
            letter(i / 175_760),
            i % 10,
            letter(i / 10),
            letter(i / 260),
            letter(i / 6760)
        );
        let (high, low) = (i / 256 % 256, i % 256);
        let mut goes_on = line(&mut text, format!("{call} A 198.18.{high}.{low}\n"));
        if i % 2 == 0 {
            goes_on = line(&mut text, format!("{call} AAAA 2001:db8::{i:x}\n"));
        }
        if i % 3 == 0 {
            goes_on = line(
                &mut text,
                format!("{call} 300 IN TXT \"73 de {call}\" \"qth {i}\"\n"),
            );
        }
        if i % 4 == 0 {
            goes_on = line(&mut text, format!("{call} MX 10 mail.{call}\n"));
        }
        if !goes_on {
            break;
        }
    }
    text
}

/// Reads a zone into sets; how many records there are.
///
/// # Panics
///
/// When the text has a defect.
pub fn read_zone(text: &str) -> usize {
    let read = contents(text.as_bytes(), &Options::of(origin()));
    assert!(read.is_whole(), "{:?}", read.defects.first());
    read.records
}

/// Reads a zone and writes it again.
pub fn normal_zone(text: &str) -> String {
    let read = contents(text.as_bytes(), &Options::of(origin()));
    write(&origin(), &read.sets)
}

/// Any octets as a master file: what is read of it is written and reads back.
///
/// # Panics
///
/// When it does not.
pub fn any_master_file(octets: &[u8]) {
    let options = Options::of(origin());
    let read = contents(octets, &options);
    let again = contents(write(&origin(), &read.sets).as_bytes(), &options);
    assert!(again.is_whole(), "{:?}", again.defects.first());
    assert!(again.sets == read.sets);
}

/// Two octets of a type and a text, or the octets of its data: what is understood leads to text and back.
///
/// # Panics
///
/// When it does not.
pub fn any_data(octets: &[u8]) {
    let Some((kind, rest)) = octets.split_first_chunk::<2>() else {
        return;
    };
    let kind = RecordType(u16::from_be_bytes(*kind));
    let from_text = std::str::from_utf8(rest)
        .ok()
        .and_then(|text| rdata::read(kind, text, &origin()).ok());
    for data in from_text.into_iter().chain(rdata::check(kind, rest)) {
        let text = rdata::write(kind, &data);
        let back = rdata::read(kind, &text, &Name::root());
        assert!(back.as_ref() == Ok(&data), "{kind} {text}: {back:?}");
        assert!(rdata::check(kind, data.wire()) == Ok(data));
    }
}
