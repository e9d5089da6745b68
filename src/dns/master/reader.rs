//! The reader: a text to records and defects, one line (or parenthesis) after the other.

use super::super::rdata::{LexDefect, Lexeme, Lexer, Token, shown};
use super::defect::{Defect, Fault, Severity};
use super::entry::{self, Context, Line};
use super::generate::Generator;
use super::{Options, Record};

/// The most tokens of one entry: as many strings of one octet as data can hold, and some.
const MOST_TOKENS: usize = 33_000;

/// The most records that all `$GENERATE` of a text may make together.
const MOST_GENERATED: usize = 65_536;

/// How often a parenthesis that is never closed is passed over by reading on in the line after it. Each time the rest of
/// the text is looked through once more.
const MOST_REWINDS: usize = 8;

/// What the reader gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A record of the zone.
    Record(Record),
    /// Something wrong.
    Defect(Defect),
}

/// Reads a master file.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    lexer: Lexer<'a>,
    tokens: Vec<Token<'a>>,
    context: Context,
    generator: Option<Generator<'a>>,
    /// Records that may still come, and that may still be generated.
    left: usize,
    left_to_generate: usize,
    left_to_rewind: usize,
    /// A place at or before all that is still to come, and its line.
    counted: (usize, u32),
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a text.
    pub(crate) fn new(text: &'a [u8], options: &Options) -> Self {
        // A mark that some editors write at the beginning is no part of the text.
        let begin = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self {
            text,
            lexer: Lexer::from(text, begin),
            tokens: Vec::new(),
            context: Context {
                zone: options.origin.clone(),
                origin: options.origin.clone(),
                owner: None,
                default_ttl: None,
                last_ttl: None,
                fallback_ttl: options.ttl,
            },
            generator: None,
            left: options.most_records,
            left_to_generate: MOST_GENERATED,
            left_to_rewind: MOST_REWINDS,
            counted: (begin, 1),
        }
    }

    /// The line of a place at or after the one counted last.
    fn line_of(&mut self, at: usize) -> u32 {
        let (from, line) = self.counted;
        if at < from {
            return line;
        }
        let lines = memchr::memchr_iter(b'\n', &self.text[from..at]).count();
        let line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.counted = (at, line);
        line
    }

    /// A fault with its line and column. Only for places in what is being read, so each is counted once.
    fn placed(&self, fault: Fault) -> Defect {
        let at = fault.at.min(self.text.len());
        let (from, line) = self.counted;
        let from = from.min(at);
        let more = memchr::memchr_iter(b'\n', &self.text[from..at]).count();
        let begin = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |end| end + 1);
        // Octets that go on with a character of UTF-8 are none of their own.
        let column = self.text[begin..at]
            .iter()
            .filter(|octet| **octet & 0xc0 != 0x80)
            .count();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Defect {
            severity: fault.severity,
            line: line.saturating_add(count(more)),
            column: count(column).saturating_add(1),
            field: fault.field,
            rule: fault.rule,
            text: fault.text,
        }
    }

    /// Cuts the next entry into tokens: the place after the last, and whether the line begins with a blank; `None` at
    /// the end of the text.
    fn cut(&mut self) -> Option<Result<(bool, usize), Fault>> {
        let blank = self.lexer.at_blank();
        self.tokens.clear();
        let mut wrong: Option<Fault> = None;
        let mut end = self.lexer.at();
        loop {
            match self.lexer.next() {
                Some(Lexeme::Token(token)) if self.tokens.len() < MOST_TOKENS => {
                    self.tokens.push(token);
                    end = self.lexer.at();
                }
                Some(Lexeme::Token(token)) => {
                    let text = "the record has more parts than data can hold";
                    wrong.get_or_insert_with(|| Fault::new("data", "length", token.at, text));
                }
                Some(Lexeme::Defect(defect, at)) => {
                    wrong.get_or_insert_with(|| Fault::new("data", "text", at, defect.to_string()));
                    if defect == LexDefect::OpenParenthesis && self.left_to_rewind > 0 {
                        self.left_to_rewind -= 1;
                        let rest = &self.text[at..];
                        let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                        self.lexer = Lexer::from(self.text, at + line);
                        self.tokens.retain(|token| token.at < at);
                        break;
                    }
                }
                Some(Lexeme::LineEnd) => break,
                None if self.tokens.is_empty() && wrong.is_none() => return None,
                None => break,
            }
        }
        Some(match wrong {
            Some(fault) => Err(fault),
            None => Ok((blank, end)),
        })
    }

    /// The next entry: `None` at the end of the text, `Some(None)` for a line that gives nothing.
    fn entry(&mut self) -> Option<Option<Item>> {
        let begin = self.lexer.at();
        self.line_of(begin);
        let blank = self.lexer.at_blank();
        let cut = self.cut()?;
        let result = match cut {
            Ok(_) if self.tokens.is_empty() => return Some(None),
            Ok((blank, end)) => self.taken(blank, end),
            Err(fault) => {
                // The owner holds for the lines after, even where the rest of its own line is wrong.
                if !blank
                    && self
                        .tokens
                        .first()
                        .is_some_and(|token| !token.raw.starts_with(b"$"))
                {
                    let _ = self.context.take_owner(&mut self.tokens.as_slice());
                }
                Err(fault)
            }
        };
        Some(match result {
            Ok(item) => item.map(Item::Record),
            Err(fault) => Some(Item::Defect(self.placed(fault))),
        })
    }

    /// A record or directive from its tokens.
    fn taken(&mut self, blank: bool, end: usize) -> Result<Option<Record>, Fault> {
        let first = self.tokens[0];
        let number = self.line_of(first.at);
        if !blank && !first.quoted && first.raw.starts_with(b"$") {
            return self.directive(first, end, number).map(|()| None);
        }
        let line = Line {
            tokens: &self.tokens,
            blank,
            end,
            number,
        };
        self.context.record(line).map(Some)
    }

    fn directive(&mut self, first: Token<'a>, end: usize, line: u32) -> Result<(), Fault> {
        let arguments = &self.tokens[1..];
        match first.raw.to_ascii_uppercase().as_slice() {
            b"$ORIGIN" => {
                let origin = only(arguments, "$ORIGIN", end)?;
                self.context.origin = entry::name("$ORIGIN", origin, &self.context.origin)?;
            }
            b"$TTL" => {
                let time = only(arguments, "$TTL", end)?;
                let text = time.word().unwrap_or_default();
                self.context.default_ttl = Some(entry::ttl("$TTL", text, time.at)?);
            }
            b"$GENERATE" => self.generator = Some(Generator::new(self.text, arguments, end, line)?),
            b"$INCLUDE" => {
                let text = "other files are not read; put their lines here";
                return Err(Fault::new("$INCLUDE", "form", first.at, text));
            }
            _ => {
                let text = format!(
                    "\"{}\" is not a directive; there are $ORIGIN, $TTL and $GENERATE",
                    shown(first.raw)
                );
                return Err(Fault::new("directive", "value", first.at, text));
            }
        }
        Ok(())
    }

    /// The next record of the directive that is running.
    fn generated(&mut self) -> Option<Item> {
        let generator = self.generator.as_mut()?;
        let (at, number) = (generator.at, generator.line);
        let Some(line) = generator.line() else {
            self.generator = None;
            return None;
        };
        let made = line.and_then(|line| {
            self.left_to_generate = self.left_to_generate.checked_sub(1).ok_or_else(|| {
                let text = format!("all $GENERATE of a file make at most {MOST_GENERATED} records");
                Fault::new("$GENERATE", "length", at, text)
            })?;
            record_of(&line, &mut self.context, number)
        });
        Some(match made {
            Ok(record) => Item::Record(record),
            Err(fault) => {
                self.generator.as_mut().into_iter().for_each(Generator::stop);
                Item::Defect(self.placed(Fault { at, ..fault }))
            }
        })
    }

    /// The defect that ends the reading.
    fn full(&mut self) -> Item {
        let at = self.lexer.at();
        self.lexer = Lexer::from(self.text, self.text.len());
        self.generator = None;
        let text = "there are more records than are taken at once; the rest is not read";
        Item::Defect(self.placed(Fault::new("data", "length", at, text)))
    }
}

/// The record of a line that a directive made.
fn record_of(text: &[u8], context: &mut Context, number: u32) -> Result<Record, Fault> {
    let mut tokens = Vec::new();
    for lexeme in Lexer::new(text) {
        match lexeme {
            Lexeme::Token(token) => tokens.push(token),
            Lexeme::LineEnd => {}
            Lexeme::Defect(defect, at) => return Err(Fault::new("data", "text", at, defect.to_string())),
        }
    }
    let line = Line {
        tokens: &tokens,
        blank: false,
        end: text.len(),
        number,
    };
    context.record(line)
}

/// The one argument of a directive.
fn only<'t, 'a>(arguments: &'t [Token<'a>], field: &'static str, end: usize) -> Result<&'t Token<'a>, Fault> {
    match arguments {
        [one] => Ok(one),
        [] => Err(Fault::new(field, "missing", end, "needs a value after it")),
        [_, second, ..] => {
            let text = format!("\"{}\" is too much; one value follows", shown(second.raw));
            Err(Fault::new(field, "surplus", second.at, text))
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let item = match self.generated() {
                Some(item) => item,
                None => match self.entry()? {
                    Some(item) => item,
                    None => continue,
                },
            };
            if matches!(item, Item::Record(_)) {
                match self.left.checked_sub(1) {
                    Some(left) => self.left = left,
                    None => return Some(self.full()),
                }
            }
            return Some(item);
        }
    }
}

impl Defect {
    /// Whether the record or line is not taken.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
