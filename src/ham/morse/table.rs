//! Which elements make which character (ITU-R M.1677-1), as far as calls need them and a little more.

/// A part of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// One unit of time.
    Dot,
    /// Three of them.
    Dash,
}

/// Letters, digits, and the signs that amateurs send.
const TABLE: [(char, &str); 41] = [
    ('A', ".-"),
    ('B', "-..."),
    ('C', "-.-."),
    ('D', "-.."),
    ('E', "."),
    ('F', "..-."),
    ('G', "--."),
    ('H', "...."),
    ('I', ".."),
    ('J', ".---"),
    ('K', "-.-"),
    ('L', ".-.."),
    ('M', "--"),
    ('N', "-."),
    ('O', "---"),
    ('P', ".--."),
    ('Q', "--.-"),
    ('R', ".-."),
    ('S', "..."),
    ('T', "-"),
    ('U', "..-"),
    ('V', "...-"),
    ('W', ".--"),
    ('X', "-..-"),
    ('Y', "-.--"),
    ('Z', "--.."),
    ('0', "-----"),
    ('1', ".----"),
    ('2', "..---"),
    ('3', "...--"),
    ('4', "....-"),
    ('5', "....."),
    ('6', "-...."),
    ('7', "--..."),
    ('8', "---.."),
    ('9', "----."),
    ('/', "-..-."),
    ('?', "..--.."),
    ('.', ".-.-.-"),
    (',', "--..--"),
    ('=', "-...-"),
];

/// The elements of a character as dots and dashes; none for one that the table lacks.
pub fn pattern(character: char) -> Option<&'static str> {
    let upper = character.to_ascii_uppercase();
    TABLE
        .iter()
        .find(|(known, _)| *known == upper)
        .map(|(_, pattern)| *pattern)
}

/// The character that these elements make.
pub fn character(elements: &[Element]) -> Option<char> {
    let same = |pattern: &str| {
        pattern.len() == elements.len() && self::elements(pattern).eq(elements.iter().copied())
    };
    TABLE
        .iter()
        .find(|(_, pattern)| same(pattern))
        .map(|(character, _)| *character)
}

/// A text in dots and dashes with blanks between its characters; characters that the table lacks are left out.
pub fn pattern_of(text: &str) -> String {
    let patterns: Vec<&str> = text.chars().filter_map(pattern).collect();
    patterns.join(" ")
}

/// The elements that a pattern writes down.
pub(super) fn elements(pattern: &str) -> impl Iterator<Item = Element> {
    pattern.bytes().filter_map(|byte| match byte {
        b'.' => Some(Element::Dot),
        b'-' => Some(Element::Dash),
        _ => None,
    })
}
