//! Texts to look for in a comment: plain, or the simplest of regular expressions.
//!
//! `.`, `*`, `+`, `?`, `^`, `$` and `|` mean what they mean in Perl, everything else itself; letters in any
//! case. All possibilities are followed at once, so the time is the length of the text whatever the pattern.

/// A text to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    from_start: bool,
    to_end: bool,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// `None`: any character.
    character: Option<char>,
    /// May be left out.
    optional: bool,
    /// May come again.
    repeated: bool,
}

/// Most pieces of one choice: they are bits of a number.
const MOST_PIECES: usize = 60;

impl Pattern {
    /// Looks for the text itself.
    pub fn plain(text: &str) -> Self {
        let pieces = text.chars().take(MOST_PIECES).map(Piece::once).collect();
        Self {
            choices: vec![Choice {
                from_start: false,
                to_end: false,
                pieces,
            }],
        }
    }

    /// Looks for what a simple regular expression means; `None` if it is too long.
    pub fn regex(text: &str) -> Option<Self> {
        let choices = text.split('|').map(Choice::read).collect::<Option<_>>()?;
        Some(Self { choices })
    }

    /// Whether it is found.
    pub fn is_in(&self, text: &str) -> bool {
        self.choices.iter().any(|choice| choice.is_in(text))
    }
}

impl Piece {
    fn once(character: char) -> Self {
        Self {
            character: Some(character.to_ascii_lowercase()),
            optional: false,
            repeated: false,
        }
    }
}

impl Choice {
    fn read(text: &str) -> Option<Self> {
        let (from_start, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
        let (to_end, text) = text.strip_suffix('$').map_or((false, text), |rest| (true, rest));
        let mut pieces: Vec<Piece> = Vec::new();
        let mut escaped = false;
        for character in text.chars() {
            match (character, pieces.last_mut()) {
                ('\\', _) if !escaped => {
                    escaped = true;
                    continue;
                }
                ('*', Some(last)) if !escaped => (last.optional, last.repeated) = (true, true),
                ('+', Some(last)) if !escaped => last.repeated = true,
                ('?', Some(last)) if !escaped => last.optional = true,
                ('.', _) if !escaped => pieces.push(Piece {
                    character: None,
                    ..Piece::once(' ')
                }),
                (other, _) => pieces.push(Piece::once(other)),
            }
            escaped = false;
        }
        (pieces.len() <= MOST_PIECES).then_some(Self {
            from_start,
            to_end,
            pieces,
        })
    }

    /// Bit n: the first n pieces have been met.
    fn is_in(&self, text: &str) -> bool {
        let end = 1_u64 << self.pieces.len();
        let mut at = self.without_optional(1);
        if at & end != 0 && !self.to_end {
            return true;
        }
        for character in text.chars() {
            let character = character.to_ascii_lowercase();
            let mut next = 0;
            for (index, piece) in self.pieces.iter().enumerate() {
                if piece.character.is_some_and(|wanted| wanted != character) {
                    continue;
                }
                if at & (1 << index) != 0 || (piece.repeated && at & (2 << index) != 0) {
                    next |= 2 << index;
                }
            }
            if !self.from_start {
                next |= 1;
            }
            at = self.without_optional(next);
            if at & end != 0 && !self.to_end {
                return true;
            }
        }
        at & end != 0
    }

    /// Also what is met when pieces that may be left out are.
    fn without_optional(&self, mut at: u64) -> u64 {
        for (index, piece) in self.pieces.iter().enumerate() {
            if piece.optional && at & (1 << index) != 0 {
                at |= 2 << index;
            }
        }
        at
    }
}
