//! Words of names and places as they are indexed and searched: small letters without accents.
//!
//! A word with accents has two plain spellings, the bare letters and the ones German and Nordic writers fall back to
//! (`Müller`: `muller`, `mueller`); both are indexed and both are searched, so either finds either. Apostrophes and
//! hyphens are optional: `O'Brien` is `obrien`, and also `o` and `brien`.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use smol_str::SmolStr;

/// Letters of a word that are looked at; longer ones are cut.
const LONGEST: usize = 40;

/// A way to write a name: words that must all be there.
pub(crate) type Spelling = Vec<SmolStr>;

/// Every word to be indexed for a text, without repetition; of a `whole` name also all of it in one word.
pub(crate) fn words(text: &str, whole: bool) -> Vec<SmolStr> {
    let mut found = Vec::new();
    let mut add = |word: &str| {
        for spelling in fold(word) {
            if !spelling.is_empty() && !found.contains(&spelling) {
                found.push(spelling);
            }
        }
    };
    let pieces: Vec<&str> = pieces(text).collect();
    for piece in &pieces {
        let parts: Vec<&str> = piece.split(is_optional).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            add(&parts.concat());
        }
        parts.into_iter().for_each(&mut add);
    }
    if whole && pieces.len() > 1 {
        let joined: String = pieces.concat();
        add(&joined.split(is_optional).collect::<String>());
    }
    found
}

/// The ways to write what was typed as one or two words: with and without accents, apart and in one.
pub(crate) fn spellings(text: &str) -> Vec<Spelling> {
    let parts: Vec<&str> = pieces(text)
        .flat_map(|piece| piece.split(is_optional))
        .filter(|part| !part.is_empty())
        .collect();
    let mut found: Vec<Spelling> = Vec::new();
    let mut add = |spelling: Spelling| {
        if !spelling.iter().any(|word| word.is_empty()) && !spelling.is_empty() && !found.contains(&spelling)
        {
            found.push(spelling);
        }
    };
    for word in fold(&parts.concat()) {
        add(vec![word]);
    }
    if parts.len() > 1 {
        let ways: Vec<Vec<SmolStr>> = parts.iter().map(|part| fold(part)).collect();
        for way in 0..2 {
            let chosen = ways
                .iter()
                .filter_map(|word| word.get(way).or_else(|| word.first()));
            add(chosen.cloned().collect());
        }
    }
    found
}

/// The plain spellings of one word: one, or two where accents can be written out.
pub(crate) fn fold(word: &str) -> Vec<SmolStr> {
    if word.is_ascii() {
        let kept = word.bytes().filter(u8::is_ascii_alphanumeric).take(LONGEST);
        return vec![kept.map(|b| char::from(b.to_ascii_lowercase())).collect()];
    }
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(word);
    let bare = bare(&composed);
    let written_out: String =
        composed
            .chars()
            .flat_map(char::to_lowercase)
            .fold(String::new(), |mut text, letter| {
                match letter {
                    'ä' => text.push_str("ae"),
                    'ö' | 'ø' => text.push_str("oe"),
                    'ü' => text.push_str("ue"),
                    'å' => text.push_str("aa"),
                    other => text.push(other),
                }
                text
            });
    let written_out = self::bare(&written_out);
    if written_out == bare {
        vec![bare]
    } else {
        vec![bare, written_out]
    }
}

/// Small letters and digits, accents dropped.
fn bare(text: &str) -> SmolStr {
    let mut plain = String::new();
    for letter in DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(text.chars())
        .flat_map(char::to_lowercase)
    {
        match letter {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'þ' => plain.push_str("th"),
            'ı' => plain.push('i'),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => {}
        }
    }
    plain.chars().take(LONGEST).collect()
}

/// What blanks and marks part; apostrophes and hyphens part nothing.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_optional(c) && !is_mark(c))
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
}

fn is_optional(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '-' | '‐' | '‑')
}

/// A combining accent, part of the letter before it.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Letters that differ between two words; swapped neighbours count once.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str, whole: bool) -> Vec<String> {
        words(text, whole).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn accents_fold_both_ways() {
        assert_eq!(list("Muñoz", false), ["munoz"]);
        assert_eq!(list("Müller", false), ["muller", "mueller"]);
        assert_eq!(list("Mu\u{308}ller", false), ["muller", "mueller"]);
        assert_eq!(list("Groß", false), ["gross"]);
        assert_eq!(list("Sørensen", false), ["sorensen", "soerensen"]);
        assert_eq!(list("ŁUKASZ", false), ["lukasz"]);
        assert_eq!(list("山田", false), ["山田"]);
    }

    #[test]
    fn apostrophes_and_hyphens_are_optional() {
        assert_eq!(list("O'Brien", true), ["obrien", "o", "brien"]);
        assert_eq!(
            list("O’BRIEN-SMITH", true),
            ["obriensmith", "o", "brien", "smith"]
        );
        assert_eq!(list("VAN DER BERG", true), ["van", "der", "berg", "vanderberg"]);
        assert_eq!(spellings("o brien"), [vec!["obrien"], vec!["o", "brien"]]);
        assert_eq!(spellings("O'Brien"), [vec!["obrien"], vec!["o", "brien"]]);
        assert_eq!(spellings("obrien"), [vec!["obrien"]]);
        assert!(spellings("--").is_empty());
    }

    #[test]
    fn distance_counts_edits() {
        for (a, b, n) in [
            ("smith", "smith", 0),
            ("smtih", "smith", 1),
            ("smyth", "smith", 1),
            ("", "abc", 3),
            ("perens", "pernes", 1),
        ] {
            assert_eq!(distance(a, b), n, "{a} {b}");
        }
    }
}
