//! `sh/dx 25 on 20m by g`: which spots of the past a user asks for.
//!
//! The words become a filter in the grammar of `accept/spots`; a bare word is the start of a call.

/// Spots asked for when no number is given.
const USUAL: usize = 10;
/// Most spots given.
const MOST: usize = 100;

/// A question for spots of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowDx {
    /// How many.
    pub count: usize,
    /// How many of the newest to leave out.
    pub skip: usize,
    /// A filter in `DXSpider`'s grammar; empty for all.
    pub filter: String,
    /// In the layout of live spots.
    pub live: bool,
    /// Only what the user's own filters let through.
    pub filtered: bool,
}

impl ShowDx {
    /// Reads what stands behind `sh/dx`.
    pub(super) fn parse(text: &str) -> Self {
        let mut asked = Self {
            count: USUAL,
            skip: 0,
            filter: String::new(),
            live: false,
            filtered: false,
        };
        let text = text.to_ascii_lowercase();
        let mut terms: Vec<String> = Vec::new();
        let mut calls: Vec<&str> = Vec::new();
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let keyword = matches!(
                word,
                "on" | "freq"
                    | "by"
                    | "spotter"
                    | "call"
                    | "info"
                    | "dxcc"
                    | "call_dxcc"
                    | "by_dxcc"
                    | "zone"
                    | "by_zone"
                    | "itu"
                    | "by_itu"
                    | "state"
                    | "by_state"
                    | "origin"
                    | "cont"
                    | "by_cont"
                    | "mode"
            );
            match word {
                "real" | "rt" | "realtime" => asked.live = true,
                "filter" | "filtered" => asked.filtered = true,
                // Words of the original that say what is so anyway, or nothing that we keep.
                "exact" | "from" | "last" | "spots" => {}
                "day" | "days" => {
                    words.next();
                }
                "and" | "or" | "not" | "(" | ")" => terms.push(word.to_owned()),
                "iota" | "qsl" | "pota" | "sota" | "wwff" => terms.push(format!("info {word}")),
                "skimmer" | "rbn" => terms.push(word.to_owned()),
                _ if keyword => {
                    if let Some(value) = words.next() {
                        terms.push(format!("{word} {value}"));
                    }
                }
                _ if is_mode(word) => terms.push(format!("mode {word}")),
                _ if asked.bare(word, &mut terms) => {}
                _ => calls.push(word),
            }
        }
        if !calls.is_empty() {
            // Several are any of them.
            terms.push(format!("call {}", calls.join(",")));
        }
        asked.filter = terms.join(" ");
        asked
    }

    /// A number, a range or a band; else it is the start of a call.
    fn bare(&mut self, word: &str, terms: &mut Vec<String>) -> bool {
        if let Ok(count) = word.parse::<usize>() {
            self.count = count.clamp(1, MOST);
        } else if let Some((from, to)) = range(word) {
            // `11-20`: the second ten; but `14000-14070` are frequencies.
            if to <= 1_000.0 {
                self.skip = whole(from).saturating_sub(1);
                self.count = (whole(to).saturating_sub(whole(from)) + 1).clamp(1, MOST);
            } else {
                terms.push(format!("freq {word}"));
            }
        } else if super::super::filter::is_band(word) {
            terms.push(format!("on {word}"));
        } else {
            return false;
        }
        true
    }
}

/// Words that mean a mode before they mean the start of a call.
fn is_mode(word: &str) -> bool {
    const MODES: [&str; 17] = [
        "cw", "ssb", "usb", "lsb", "phone", "data", "digi", "digital", "rtty", "psk", "ft8", "ft4", "ft",
        "js8", "msk144", "q65", "sstv",
    ];
    MODES.contains(&word)
}

fn range(word: &str) -> Option<(f64, f64)> {
    let (from, to) = word.split_once(['-', '/'])?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    Some((number(from)?, number(to)?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 1000"
)]
fn whole(number: f64) -> usize {
    number.clamp(0.0, 1_000.0) as usize
}
