//! Finding a token in the text of a page that somebody else wrote.
//!
//! Tags, comments, scripts and styles are taken out, references to characters are read, and then the token must stand
//! there as a word of its own, in whatever case. A tag within a line of text does not part a word, as a browser
//! shows it; between blocks it does: both readings count. Time is linear in the length of the page.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use memchr::memmem;

/// Letters of the longest reference to a character that is read, such as `#x0001F4FB`.
const LONGEST_REFERENCE: usize = 12;
/// The shortest run of base64 that is taken for an enclosed text.
const SHORTEST_BLOCK: usize = 40;
/// Enclosed texts that are looked into.
const MOST_BLOCKS: usize = 64;

/// Whether the token stands in this page.
pub(crate) fn holds(page: &str, token: &str) -> bool {
    [Parting::Nothing, Parting::Blank]
        .into_iter()
        .any(|parting| has_word(&text_of(page, parting), token))
}

/// Whether the token stands in this page or in a text that it encloses as base64.
pub(super) fn holds_somewhere(page: &str, token: &str) -> bool {
    holds(page, token) || enclosed(page).any(|text| holds(&text, token))
}

/// What a tag leaves behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parting {
    Nothing,
    Blank,
}

/// The text of a page.
fn text_of(page: &str, parting: Parting) -> String {
    let mut text = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let (letter, length) = reference(rest);
            text.push(letter);
            rest = &rest[length..];
        } else if is_markup(rest) {
            rest = &rest[markup(rest)..];
            if parting == Parting::Blank {
                text.push(' ');
            }
        } else {
            text.push('<');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    text
}

/// Whether a `<` begins a tag or a comment, and is not just a sign.
fn is_markup(text: &str) -> bool {
    text.as_bytes()
        .get(1)
        .is_some_and(|next| next.is_ascii_alphabetic() || b"/!?".contains(next))
}

/// The length of the tag, comment, script or style that a text begins with.
fn markup(text: &str) -> usize {
    let after = |from: usize, end: &[u8]| {
        let rest = &text.as_bytes()[from..];
        memmem::find(rest, end).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("<!--") {
        // `<!-->` and `<!--->` are whole comments (HTML, section 13.2.5.43).
        return after(2, b"-->");
    }
    let tag = after(1, b">");
    for name in ["script", "style"] {
        if is_element(text, name) {
            return tag + closed(&text[tag..], name);
        }
    }
    tag
}

/// Whether a text begins with the opening tag of this element.
fn is_element(text: &str, name: &str) -> bool {
    let own = text.get(1..=name.len());
    let next = text.as_bytes().get(name.len() + 1);
    own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        && next.is_some_and(|byte| byte.is_ascii_whitespace() || b">/".contains(byte))
}

/// Up to the closing tag of this element, or to the end.
fn closed(text: &str, name: &str) -> usize {
    for at in memmem::find_iter(text.as_bytes(), b"</") {
        let own = text.get(at + 2..at + 2 + name.len());
        if own.is_some_and(|own| own.eq_ignore_ascii_case(name)) {
            return at;
        }
    }
    text.len()
}

/// The character that a reference stands for, and its length; the `&` alone where it is none.
fn reference(text: &str) -> (char, usize) {
    let plain = ('&', 1);
    let bytes = text.as_bytes();
    let window = &bytes[..bytes.len().min(LONGEST_REFERENCE + 2)];
    let Some(end) = memchr::memchr(b';', window) else {
        return plain;
    };
    let letter = match &text[1..end] {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "shy" => Some('\u{ad}'),
        "dash" | "hyphen" => Some('-'),
        name => numbered(name),
    };
    letter.map_or(plain, |letter| (letter, end + 1))
}

fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    char::from_u32(number.ok()?)
}

/// Whether the token is a word of the text: neither letters, nor digits, nor dashes at its ends.
fn has_word(text: &str, token: &str) -> bool {
    // Upper case, so that positions stay: other letters than ASCII are not touched.
    let (text, token) = (text.to_ascii_uppercase(), token.to_ascii_uppercase());
    let bounds =
        |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '-');
    !token.is_empty()
        && text.match_indices(&token).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + token.len()..]);
            bounds(before.chars().next_back()) && bounds(after.chars().next())
        })
}

/// The texts that a page encloses as base64.
fn enclosed(page: &str) -> impl Iterator<Item = String> {
    let letters = |letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter));
    let runs = page.split(letters).filter(|run| run.len() >= SHORTEST_BLOCK);
    runs.take(MOST_BLOCKS).filter_map(|run| {
        let bytes = BASE64_STANDARD.decode(run).ok()?;
        String::from_utf8(bytes).ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "HAMS-7Q4KZ0XW9M";

    #[test]
    fn a_token_is_found_as_a_reader_sees_it() {
        for page in [
            "HAMS-7Q4KZ0XW9M",
            "<p>My station. hams-7q4kz0xw9m</p>",
            "<p>HAMS&#45;7Q4KZ0XW9M</p>",
            "<p>HAMS&#x2D;7Q4KZ0XW9M&nbsp;73</p>",
            "<p>HAMS-<b>7Q4KZ</b>0XW9M</p>",
            "<td>one</td><td>HAMS-7Q4KZ0XW9M</td><td>two</td>",
            "one<br>HAMS-7Q4KZ0XW9M<br>two",
            "5 < 7 HAMS-7Q4KZ0XW9M > 3 & so on",
            "&broken HAMS-7Q4KZ0XW9M &#xffffffff;",
            "(HAMS-7Q4KZ0XW9M)",
            "<!-->HAMS-7Q4KZ0XW9M",
        ] {
            assert!(holds(page, TOKEN), "{page}");
        }
    }

    #[test]
    fn a_token_within_something_else_is_none() {
        for page in [
            "",
            "HAMS-7Q4KZ0XW9",
            "HAMS-7Q4KZ0XW9MA",
            "XHAMS-7Q4KZ0XW9M",
            "HAMS-7Q4KZ0XW9M-1",
            "<a href=\"HAMS-7Q4KZ0XW9M\">link</a>",
            "<!-- HAMS-7Q4KZ0XW9M -->",
            "<script>var x = 'HAMS-7Q4KZ0XW9M';</script>",
            "<STYLE >.HAMS-7Q4KZ0XW9M {}</STYLE>",
            "<!-- HAMS-7Q4KZ0XW9M",
            "<p title='HAMS-7Q4KZ0XW9M",
        ] {
            assert!(!holds(page, TOKEN), "{page}");
        }
    }

    #[test]
    fn a_text_that_a_page_encloses_is_looked_into() {
        let inner = BASE64_STANDARD.encode(format!("<div>Greetings from the station {TOKEN}</div>"));
        let page = format!("<script>show(\"{inner}\")</script>");
        assert!(!holds(&page, TOKEN));
        assert!(holds_somewhere(&page, TOKEN));
    }

    proptest! {
        #[test]
        fn what_is_written_as_a_word_is_found(before in "[a-z <>&;/!-]{0,40}", after in "[a-z <>&;/!-]{0,40}") {
            // Whatever is around: closed off by a comment and a tag, the token is read.
            let page = format!("{before}--></script></style><p> {TOKEN} </p>{after}");
            let shown = before.contains("<script") || before.contains("<style");
            prop_assert!(shown || holds(&page, TOKEN), "{}", page);
        }

        #[test]
        fn no_page_makes_it_panic(page in "\\PC{0,200}", token in "\\PC{0,12}") {
            holds_somewhere(&page, &token);
        }
    }
}
