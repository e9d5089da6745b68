//! Dates as lists write them, after a form such as `DD.MM.YYYY`.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::callbook::model::Day;

/// How a list writes dates: `YYYY`, `MM` and `DD` with what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DateForm {
    text: SmolStr,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Literal(char),
}

/// A text that is no form of dates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no form of dates: YYYY, MM and DD once each, such as DD.MM.YYYY")]
pub(crate) struct DateFormError(SmolStr);

impl DateForm {
    /// Year, month and day with hyphens.
    pub(crate) fn iso() -> Self {
        Self::parse("YYYY-MM-DD").expect("the form is well made")
    }

    /// Reads a form.
    pub(crate) fn parse(text: &str) -> Result<Self, DateFormError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let known = [("YYYY", Part::Year), ("MM", Part::Month), ("DD", Part::Day)];
            let (part, len) = known
                .into_iter()
                .find(|(token, _)| rest.starts_with(token))
                .map_or((Part::Literal(first), first.len_utf8()), |(token, part)| {
                    (part, token.len())
                });
            parts.push(part);
            rest = &rest[len..];
        }
        let once = |wanted| parts.iter().filter(|part| **part == wanted).count() == 1;
        let plain = |part: &Part| !matches!(part, Part::Literal(c) if c.is_alphanumeric());
        if once(Part::Year) && once(Part::Month) && once(Part::Day) && parts.iter().all(plain) {
            Ok(Self {
                text: text.into(),
                parts,
            })
        } else {
            Err(DateFormError(text.into()))
        }
    }

    /// The form as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a date; a time of day behind a blank or `T` is passed over. `None` for what is no day of the calendar.
    pub(crate) fn read(&self, text: &str) -> Option<Day> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text.trim();
        for (n, part) in self.parts.iter().enumerate() {
            // A day or month may lack its zero where something separates it from what follows.
            let edge = |part: Option<&Part>| matches!(part, None | Some(Part::Literal(_)));
            let apart = edge(self.parts.get(n + 1)) && edge(n.checked_sub(1).map(|n| &self.parts[n]));
            match part {
                Part::Literal(c) => rest = rest.strip_prefix(*c)?,
                Part::Year => year = number(&mut rest, 4, false)?,
                Part::Month => month = number(&mut rest, 2, apart)?,
                Part::Day => day = number(&mut rest, 2, apart)?,
            }
        }
        if !rest.is_empty() && !rest.starts_with([' ', 'T']) {
            return None;
        }
        let small = |n: i16| i8::try_from(n).ok();
        Date::new(year, small(month)?, small(day)?).ok().map(Day)
    }
}

/// Takes exactly `digits` digits, or as few as one.
fn number(rest: &mut &str, digits: usize, fewer: bool) -> Option<i16> {
    let found = rest.bytes().take(digits).take_while(u8::is_ascii_digit).count();
    if found == 0 || found < digits && !fewer {
        return None;
    }
    let (number, behind) = rest.split_at(found);
    *rest = behind;
    number.parse().ok()
}
