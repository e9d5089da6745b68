//! Taking a call apart at its slashes.
//!
//! Works on upper-case ASCII in a fixed buffer, without a table: which of two bodies names the place of
//! operation is decided by the resolver, which knows the prefixes.

/// Longest call looked at; anything longer is not a call.
const MAX_LEN: usize = 32;

/// Tails that say how, not where.
const MARKERS: [&[u8]; 10] = [
    b"P", b"M", b"A", b"B", b"R", b"QRP", b"QRPP", b"LH", b"LGT", b"BCN",
];

/// A call in upper case: letters, digits and slashes only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    bytes: [u8; MAX_LEN],
    len: usize,
}

impl Text {
    /// Trims, folds to upper case and `Ø` to `0`; `None` when that does not give letters, digits, slashes.
    pub(super) fn normalised(call: &str) -> Option<Self> {
        let mut text = Self {
            bytes: [0; MAX_LEN],
            len: 0,
        };
        for c in call.trim().chars() {
            let byte = match c {
                'Ø' | 'ø' => b'0',
                '/' => b'/',
                c if c.is_ascii_alphanumeric() => u8::try_from(c).ok()?.to_ascii_uppercase(),
                _ => return None,
            };
            text.push(byte)?;
        }
        Some(text)
    }

    /// A copy of a part, `None` when it is too long.
    pub(super) fn copied(part: &[u8]) -> Option<Self> {
        let mut text = Self {
            bytes: [0; MAX_LEN],
            len: 0,
        };
        part.iter().try_for_each(|&byte| text.push(byte))?;
        Some(text)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    /// Puts `digit` in place of the last digit; false when there is none.
    pub(super) fn replace_last_digit(&mut self, digit: u8) -> bool {
        let last = self.bytes[..self.len].iter().rposition(u8::is_ascii_digit);
        if let Some(at) = last {
            self.bytes[at] = digit;
        }
        last.is_some()
    }
}

/// Where a mobile station is that is in no country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mobile {
    Maritime,
    Aeronautical,
}

/// What the parts of a call are.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) mobile: Option<Mobile>,
    /// Parts that may be the call or a location, in order; more than two are not kept.
    pub(super) bodies: [&'a [u8]; 2],
    pub(super) count: usize,
    /// A digit standing alone: another call area.
    pub(super) digit: Option<u8>,
    /// The last letter standing alone behind the call.
    pub(super) letter: Option<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        let mut parts = Self::default();
        let pieces = text.split(|&c| c == b'/').filter(|piece| !piece.is_empty());
        for (i, piece) in pieces.enumerate() {
            parts.take(piece, i == 0);
        }
        parts
    }

    fn take(&mut self, piece: &'a [u8], first: bool) {
        match piece {
            // In front they are the prefixes of Scotland and Spain: MM/DL1ABC is on land.
            b"MM" if !first => self.mobile = self.mobile.or(Some(Mobile::Maritime)),
            b"AM" if !first => self.mobile = self.mobile.or(Some(Mobile::Aeronautical)),
            [digit] if digit.is_ascii_digit() => self.digit = Some(*digit),
            [letter] if !first => self.letter = Some(*letter),
            _ if piece.iter().all(u8::is_ascii_digit) || (!first && is_tail(piece)) => {}
            _ if self.count < self.bodies.len() => {
                self.bodies[self.count] = piece;
                self.count += 1;
            }
            _ => {}
        }
    }
}

/// Number of letters behind the last digit; the whole length without any digit.
pub(super) fn letters_behind_digits(part: &[u8]) -> usize {
    part.len() - part.iter().rposition(u8::is_ascii_digit).map_or(0, |at| at + 1)
}

/// Whether a part behind the call is certainly no location: a marker, a word, or a reference like EU005.
fn is_tail(piece: &[u8]) -> bool {
    let digits = piece.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let word = piece.len() > 3 && piece.iter().all(u8::is_ascii_alphabetic);
    MARKERS.contains(&piece) || word || (digits > 2 && piece.len() > digits)
}
