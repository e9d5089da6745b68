//! From a record to a contact.
//!
//! What a contact cannot be without is checked here; all the other fields go in one by one and lose nothing.
//! The rules are lax where logs are sloppy in harmless ways and strict where a wrong value would make a wrong
//! contact: a date or a call is never guessed.

use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::{Defect, Fault, Field, Record, excerpt};
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::mode::{Mode, ModeDefect};
use crate::ham::qso::{self, Clock, Qso};

/// A record that cannot become a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Number of the record, from 1.
    pub record: u32,
    /// Line of its begin, from 1.
    pub line: u32,
    /// Why, for people.
    pub reason: String,
    /// Its original text.
    pub text: String,
}

/// Makes a contact of a record, or says why it cannot be one; `now` bounds the date.
pub fn to_qso(record: &Record, now: Timestamp) -> Result<(Qso, Vec<Defect>), Reject> {
    let mut defects = Vec::new();
    match contact(record, now, &mut defects) {
        Ok(qso) => {
            for defect in &mut defects {
                (defect.record, defect.line) = (Some(record.number), record.line);
            }
            Ok((qso, defects))
        }
        Err(why) => {
            let reason = match record.fault {
                Some(Fault::Unterminated) => format!("incomplete, without <EOR>: {why}"),
                _ => why,
            };
            Err(Reject {
                record: record.number,
                line: record.line,
                reason,
                text: record.text(),
            })
        }
    }
}

/// The fields that decide whether a record is a contact.
#[derive(Default)]
struct Needed<'a> {
    call: Option<&'a str>,
    date: Option<&'a str>,
    time: Option<&'a str>,
    date_off: Option<&'a str>,
    time_off: Option<&'a str>,
    mode: Option<&'a str>,
    submode: Option<&'a str>,
    band: Option<&'a str>,
    freq: Option<&'a str>,
}

impl<'a> Needed<'a> {
    /// Takes the field if it is one of them; FREQ is looked at and left.
    fn take(&mut self, field: &'a Field) -> bool {
        let Some(id) = field.name.id() else { return false };
        let place = match id.name() {
            "CALL" => &mut self.call,
            "QSO_DATE" => &mut self.date,
            "TIME_ON" => &mut self.time,
            "QSO_DATE_OFF" => &mut self.date_off,
            "TIME_OFF" => &mut self.time_off,
            "MODE" => &mut self.mode,
            "SUBMODE" => &mut self.submode,
            "BAND" => &mut self.band,
            "FREQ" => {
                self.freq = Some(&field.value);
                return false;
            }
            _ => return false,
        };
        *place = Some(&field.value);
        true
    }
}

fn contact(record: &Record, now: Timestamp, defects: &mut Vec<Defect>) -> Result<Qso, String> {
    match record.fault {
        Some(Fault::TooLarge) => return Err("too large for a contact".to_owned()),
        Some(Fault::NotXml) => return Err("not well-formed XML".to_owned()),
        Some(Fault::Unterminated) | None => {}
    }
    let mut needed = Needed::default();
    let others: Vec<&Field> = record.fields.iter().filter(|field| !needed.take(field)).collect();
    let call = needed.call.ok_or("CALL is missing")?;
    let call = Callsign::parse(call).map_err(|e| e.to_string())?;
    let on = clock(needed.time.ok_or("TIME_ON is missing")?, "TIME_ON")?;
    let start = begin(needed.date.ok_or("QSO_DATE is missing")?, on, now)?;
    let (mode, mode_defects) = mode(&needed)?;
    let band = band(&needed, defects)?;
    if record.fault == Some(Fault::Unterminated) {
        defects.push(Defect::warning(
            "no-eor",
            "the record has no <EOR> but is complete",
        ));
    }

    let mut qso = Qso::new(call, start, band, mode);
    qso.spell_start(on.no_seconds);
    if let Some(text) = needed.band.filter(|text| Band::parse(text).is_err()) {
        qso.put_raw("BAND", text);
    }
    for defect in mode_defects {
        if defect == ModeDefect::TwoSubmodes {
            qso.put_raw("MODE", needed.mode.unwrap_or_default());
        }
        let shown = excerpt(needed.mode.or(needed.submode).unwrap_or_default());
        defects.push(Defect::warning("mode", format!("{shown} {}", defect.text())).of("MODE"));
    }
    end(&mut qso, &needed, defects);
    for field in others {
        qso.apply(&field.name, &field.value, field.kind, defects);
    }
    qso.promote_verified();
    Ok(qso)
}

fn clock(text: &str, field: &str) -> Result<Clock, String> {
    qso::clock(text).ok_or_else(|| format!("{field} {} is not a time (HHMM or HHMMSS)", excerpt(text)))
}

fn begin(text: &str, on: Clock, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = |what: &str| format!("QSO_DATE {} {what}", excerpt(text));
    let day = qso::date(text).ok_or_else(|| wrong("is not a date (YYYYMMDD)"))?;
    let start = qso::instant(day, on.time).ok_or_else(|| wrong("is out of range"))?;
    qso::check_start(start, now).map_err(wrong)?;
    Ok(start)
}

fn mode(needed: &Needed<'_>) -> Result<(Mode, Vec<ModeDefect>), String> {
    let given = needed.mode.or(needed.submode).ok_or("MODE is missing")?;
    let submode = needed.submode.filter(|_| needed.mode.is_some());
    Mode::parse(given, submode).map_err(|e| e.to_string())
}

/// The band as logged, else that of the frequency.
fn band(needed: &Needed<'_>, defects: &mut Vec<Defect>) -> Result<Band, String> {
    let of_freq = needed
        .freq
        .and_then(|text| Hertz::from_mhz_text(text).ok())
        .map(|hertz| (hertz, Band::of(hertz)));
    let named = match needed.band.map(Band::parse) {
        None => None,
        Some(Ok(band)) => Some(band),
        Some(Err(error)) if of_freq.is_some_and(|(_, band)| band.is_some()) => {
            defects.push(Defect::warning("band", format!("{error}: taken from FREQ")).of("BAND"));
            None
        }
        Some(Err(error)) => return Err(error.to_string()),
    };
    match (named, of_freq) {
        (Some(named), Some((hertz, found))) if found != Some(named) && hertz.get() != 0 => {
            let text = format!("FREQ {hertz} is not in band {named}: both kept");
            defects.push(Defect::warning("band-freq", text).of("FREQ"));
            Ok(named)
        }
        (Some(named), _) => Ok(named),
        (None, Some((_, Some(found)))) => Ok(found),
        (None, Some((hertz, None))) => Err(format!("FREQ {hertz} is in no amateur band and BAND is missing")),
        (None, None) if needed.freq.is_some() => {
            Err("FREQ is not a frequency and BAND is missing".to_owned())
        }
        (None, None) => Err("BAND and FREQ are missing".to_owned()),
    }
}

/// The end of the contact; without a date it is on the day of the start, or on the next.
fn end(qso: &mut Qso, needed: &Needed<'_>, defects: &mut Vec<Defect>) {
    let off = needed.time_off.map(|text| (text, qso::clock(text)));
    let day = needed.date_off.map(|text| (text, qso::date(text)));
    let mut aside = |qso: &mut Qso, name: &'static str, text: &str, what: &str| {
        qso.put_raw(name, text);
        defects.push(Defect::warning("unusable", format!("{} {what}: kept aside", excerpt(text))).of(name));
    };
    if let Some((text, None)) = off {
        aside(qso, "TIME_OFF", text, "is not a time");
    }
    if let Some((text, None)) = day {
        aside(qso, "QSO_DATE_OFF", text, "is not a date");
    }
    let day = day.and_then(|(text, day)| Some((text, day?)));
    let Some((_, Some(clock))) = off else {
        if let Some((text, _)) = day {
            qso.keep_date_off(text);
        }
        return;
    };
    let end = match day {
        Some((_, day)) => qso::instant(day, clock.time),
        None => qso::instant(Offset::UTC.to_datetime(qso.start).date(), clock.time).and_then(|end| {
            if end < qso.start {
                end.checked_add(24.hours()).ok()
            } else {
                Some(end)
            }
        }),
    };
    qso.end = end;
    qso.spell_end(clock.no_seconds);
    if end.is_some_and(|end| end < qso.start) {
        defects.push(Defect::warning("ends-early", "ends before it begins: kept as given").of("TIME_OFF"));
    }
}
