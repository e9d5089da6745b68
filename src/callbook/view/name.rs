//! Names and places as people write them: registers have them in capitals.
//!
//! Only what is shown is changed, and only where the register has capitals or small letters alone: whoever is written
//! `McDonald` or `van der Berg` stays so. `MC CARTHY` becomes `Mc Carthy`; nobody can know better.

use super::super::model::{Holder, HolderKind};

/// Ends of names that stay in capitals.
const NUMBERS: [&str; 5] = ["II", "III", "IV", "VI", "VII"];
/// Points of the compass and other short words of addresses.
const ADDRESS: [&str; 11] = [
    "NE", "NW", "SE", "SW", "US", "PO", "RR", "HC", "APO", "FPO", "DPO",
];
/// Short words of clubs' names.
const CLUBS: [&str; 24] = [
    "ARA", "ARC", "ARES", "ARRL", "ARS", "ARU", "AMSAT", "CERT", "CW", "DMR", "DX", "EOC", "HQ", "IEEE",
    "QCWA", "QRP", "RACES", "RC", "UHF", "US", "USA", "USAF", "USS", "VE",
];

/// The parts of a person's name for showing; all but `whole` are empty for others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) whole: String,
    pub(super) first: String,
    pub(super) middle: String,
    pub(super) last: String,
    pub(super) suffix: String,
}

/// Whether the licence is an organisation's, whose record is nobody's private one.
pub(crate) fn is_club(kind: HolderKind) -> bool {
    match kind {
        HolderKind::Club | HolderKind::Military | HolderKind::Races | HolderKind::Recreation => true,
        // A trust or a company may be one person.
        HolderKind::Person | HolderKind::Other => false,
    }
}

/// A holder's name.
pub(super) fn of(holder: &Holder) -> Named {
    let club = is_club(holder.kind);
    let last = holder.last.as_str();
    if !holder.name.is_empty() && (club || holder.first.is_empty() && last.is_empty()) {
        return Named {
            whole: if club {
                of_club(&holder.name)
            } else {
                person(&holder.name)
            },
            ..Named::default()
        };
    }
    let mut named = Named {
        whole: String::new(),
        first: person(&holder.first),
        middle: person(&holder.middle),
        last: person(last),
        suffix: person(&holder.suffix),
    };
    let parts = [&named.first, &named.middle, &named.last, &named.suffix];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    named.whole = parts.join(" ");
    named
}

/// A person's name.
pub(super) fn person(raw: &str) -> String {
    title(raw, &NUMBERS)
}

/// A club's name.
pub(super) fn of_club(raw: &str) -> String {
    title(raw, &CLUBS)
}

/// A street or city.
pub(super) fn place(raw: &str) -> String {
    title(raw, &ADDRESS)
}

fn title(raw: &str, kept: &[&str]) -> String {
    let mixed = raw.chars().any(char::is_lowercase) && raw.chars().any(char::is_uppercase);
    let words = raw.split_whitespace().map(|word| {
        if mixed {
            word.to_owned()
        } else {
            let pieces = word.split_inclusive(['-', '/', '.', '(', '&', ',']);
            pieces.map(|piece| cased(piece, kept)).collect()
        }
    });
    words.collect::<Vec<String>>().join(" ")
}

/// A word, or what stands before a hyphen of it.
fn cased(piece: &str, kept: &[&str]) -> String {
    let letters = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let upper = letters.to_uppercase();
    if kept.contains(&upper.as_str()) || is_mark(&upper) {
        return piece.to_uppercase();
    }
    let mut out = String::with_capacity(piece.len());
    for (at, part) in piece.split('\'').enumerate() {
        if at > 0 {
            out.push('\'');
        }
        // O'Brien, and John's.
        let ending = at > 0 && part.chars().filter(|c| c.is_alphabetic()).count() <= 1;
        out.push_str(&if ending {
            part.to_lowercase()
        } else {
            capital(part)
        });
    }
    out
}

/// A call or another mark made of letters and digits: `K6BP`, not `6TH`.
fn is_mark(word: &str) -> bool {
    word.starts_with(char::is_alphabetic) && word.contains(|c: char| c.is_ascii_digit())
}

fn capital(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut begun = part.starts_with(|c: char| c.is_ascii_digit());
    for letter in part.chars() {
        if begun || !letter.is_alphabetic() {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
            begun = true;
        }
    }
    // McDonald; a name of three letters is none of these.
    let mut letters = out.char_indices();
    let third = letters.nth(2).filter(|(_, letter)| letter.is_ascii_lowercase());
    if let Some((at, letter)) = third.filter(|_| out.starts_with("Mc") && out.len() > 4) {
        out.replace_range(at..=at, letter.to_ascii_uppercase().encode_utf8(&mut [0; 4]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_people_write_them() {
        for (raw, shown) in [
            ("HIRAM", "Hiram"),
            ("hiram", "Hiram"),
            ("MC CARTHY", "Mc Carthy"),
            ("MCDONALD", "McDonald"),
            ("O'BRIEN", "O'Brien"),
            ("SMITH-JONES", "Smith-Jones"),
            ("III", "III"),
            ("JR.", "Jr."),
            ("van der Berg", "van der Berg"),
            ("McDonald", "McDonald"),
            ("MÜLLER", "Müller"),
            ("  TWO   WORDS ", "Two Words"),
            ("", ""),
        ] {
            assert_eq!(person(raw), shown, "{raw}");
        }
        for (raw, shown) in [
            ("225 MAIN ST NW", "225 Main St NW"),
            ("ST. LOUIS", "St. Louis"),
            ("6TH AVE", "6th Ave"),
            ("123B RR 2", "123b RR 2"),
            ("COEUR D'ALENE", "Coeur D'Alene"),
        ] {
            assert_eq!(place(raw), shown, "{raw}");
        }
        for (raw, shown) in [
            ("ARRL HQ OPERATORS CLUB", "ARRL HQ Operators Club"),
            ("K6BP MEMORIAL (DX) CLUB", "K6BP Memorial (DX) Club"),
            ("ST JOHN'S COLLEGE ARC", "St John's College ARC"),
            ("RADIO CLUB, INC.", "Radio Club, Inc."),
        ] {
            assert_eq!(of_club(raw), shown, "{raw}");
        }
    }

    #[test]
    fn the_whole_name_is_the_parts_or_the_registers_own() {
        let holder = |kind, name: &str, first: &str, last: &str| Holder {
            kind,
            name: name.into(),
            first: first.into(),
            middle: "P".into(),
            last: last.into(),
            suffix: "JR".into(),
            licensee: "".into(),
            person: "".into(),
        };
        let maxim = of(&holder(HolderKind::Person, "MAXIM, HIRAM P", "HIRAM", "MAXIM"));
        assert_eq!(maxim.whole, "Hiram P Maxim Jr");
        assert_eq!(
            of(&holder(HolderKind::Person, "YAMADA TARO", "", "")).whole,
            "Yamada Taro"
        );
        let club = of(&holder(HolderKind::Club, "TEST ARC", "SOMEBODY", "ELSE"));
        assert_eq!((club.whole.as_str(), club.last.as_str()), ("Test ARC", ""));
    }
}
