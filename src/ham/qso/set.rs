//! Field by field into a contact.
//!
//! What a typed place cannot take is kept as an extra field and told as a defect: numbers, dates and times
//! under `APP_SHACKBOX_RAW_<field>`, so that no reader stumbles over them, other texts under their own name.

use std::ops::RangeInclusive;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};
use smol_str::{SmolStr, StrExt as _, format_smolstr};

use super::number::{self, Power};
use super::place::{own_qsl_field, parks, place};
use super::qsl::QslStatus;
use super::slot::{Part, Side, Slot, Text, Who, slot};
use super::time::{clock, date, instant};
use super::{Extra, Qso, RAW_PREFIX, spelling};
use crate::ham::adif::{Defect, FieldName, Kind, excerpt};
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::mode::Mode;

/// Why [`Qso::apply`] did not fill the typed place.
enum Unfit {
    /// Keep the text under its own name.
    Text(&'static str),
    /// Keep the text as a raw field.
    Raw(&'static str),
    /// The contact needs the field: nothing was changed.
    Needed(String),
}

/// Largest number ADIF's list of entities can come to: three digits.
const MOST_ENTITY: u16 = 999;
const DATE_OFF: &str = "QSO_DATE_OFF";

impl Qso {
    /// Sets a field by its ADIF name from text, as an edit does; an empty text clears it.
    ///
    /// Texts that do not fit are kept as on import and told in `defects`; only a contact's necessary fields
    /// (`CALL`, `QSO_DATE`, `TIME_ON`, `BAND`, `MODE`) stay as they were, with a defect of severity error.
    pub fn set(&mut self, name: &str, value: &str, defects: &mut Vec<Defect>) {
        let name = FieldName::new(name);
        let clean: SmolStr = value
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t'))
            .collect();
        let empty = clean.trim().is_empty();
        let Some(needed) = self.clear(&name) else {
            if !empty {
                self.apply(&name, &clean, None, defects);
                self.promote_verified();
            }
            return;
        };
        if empty {
            defects.push(Defect::error("required", format!("a contact needs {needed}")).of(needed));
        } else {
            self.apply(&name, &clean, None, defects);
        }
    }

    /// Empties a field and what was kept of it; returns the name if the contact cannot be without it.
    fn clear(&mut self, name: &FieldName) -> Option<&'static str> {
        let raw = format_smolstr!("{RAW_PREFIX}{name}");
        self.extra
            .retain(|extra| extra.name != name.as_str() && extra.name != raw);
        let Some(id) = name.id() else {
            if let Some((service, part)) = own_qsl_field(name) {
                self.clear_qsl(&service, part);
            }
            return None;
        };
        match slot(id) {
            Slot::Call | Slot::DateOn | Slot::TimeOn | Slot::Band | Slot::Mode => return Some(id.name()),
            Slot::DateOff | Slot::TimeOff => self.end = None,
            Slot::Freq => self.freq = None,
            Slot::FreqRx => self.freq_rx = None,
            Slot::BandRx => self.band_rx = None,
            Slot::Submode => self.drop_submode(),
            Slot::Grid(Side::Theirs) => self.grid = None,
            Slot::Grid(Side::Mine) => self.my_grid = None,
            Slot::Station(who) => *self.station_slot(who) = None,
            Slot::TxPower => self.tx_power = None,
            Slot::Text(text) => self.set_text(text, None),
            Slot::Serial(direction) => self.set_serial(direction, None),
            Slot::Parks(side) => self.set_parks(side, Vec::new()),
            Slot::Place(programme, side) => self.set_place(programme, side, None),
            Slot::Qsl(service, part) => self.clear_qsl(service, part),
            Slot::Dxcc => self.dxcc = None,
            Slot::CqZone => self.cq_zone = None,
            Slot::ItuZone => self.itu_zone = None,
            Slot::Sfi => self.space_mut().sfi = None,
            Slot::AIndex => self.space_mut().a_index = None,
            Slot::KIndex => self.space_mut().k_index = None,
            Slot::Extra => {}
        }
        self.drop_empty_groups();
        None
    }

    /// Takes one field; nothing is lost, whatever the text.
    pub(crate) fn apply(
        &mut self,
        name: &FieldName,
        value: &SmolStr,
        kind: Option<char>,
        defects: &mut Vec<Defect>,
    ) {
        let unfit = match name.id() {
            Some(id) => match slot(id) {
                Slot::Extra => self.apply_extra(name, id.kind(), value, kind, defects),
                slot => self.apply_typed(slot, name, value, defects),
            },
            None => self.apply_unknown(name, value, kind),
        };
        let defect = match unfit {
            Ok(()) => return,
            Err(Unfit::Text(what)) => {
                self.put_extra(name.to_smol(), value.clone(), kind);
                Defect::warning(
                    "kept-as-text",
                    format!("{} is not {what}: kept as text", excerpt(value)),
                )
            }
            Err(Unfit::Raw(what)) => {
                self.put_raw(name, value);
                Defect::warning(
                    "unusable",
                    format!("{} is not {what}: kept aside", excerpt(value)),
                )
            }
            Err(Unfit::Needed(why)) => Defect::error("required", why),
        };
        defects.push(defect.of(name.to_smol()));
    }

    /// A field the specification does not know: ours, of another program, or of the user.
    fn apply_unknown(&mut self, name: &FieldName, value: &SmolStr, kind: Option<char>) -> Result<(), Unfit> {
        if let Some((service, part)) = own_qsl_field(name) {
            return self.apply_qsl(&service, part, value);
        }
        self.put_extra(name.to_smol(), value.clone(), kind);
        Ok(())
    }

    fn apply_typed(
        &mut self,
        slot: Slot,
        name: &FieldName,
        value: &SmolStr,
        defects: &mut Vec<Defect>,
    ) -> Result<(), Unfit> {
        match slot {
            Slot::Call => self.call = Callsign::parse(value).map_err(|e| Unfit::Needed(e.to_string()))?,
            Slot::DateOn | Slot::TimeOn | Slot::DateOff | Slot::TimeOff => self.apply_time(slot, value)?,
            Slot::Freq | Slot::FreqRx => self.apply_frequency(slot, name, value, defects)?,
            Slot::Band => self.band = Band::parse(value).map_err(|e| Unfit::Needed(e.to_string()))?,
            Slot::BandRx => self.band_rx = Some(Band::parse(value).map_err(|_| Unfit::Raw("a band"))?),
            Slot::Mode | Slot::Submode => self.apply_mode(slot, value, defects)?,
            Slot::Grid(side) => {
                let grid = Some(value.parse().map_err(|_| Unfit::Text("a locator"))?);
                match side {
                    Side::Theirs => self.grid = grid,
                    Side::Mine => self.my_grid = grid,
                }
            }
            Slot::Station(who) => {
                // Names stand here too, and `Bjørn` must not become a call through its zero.
                let figure = value.contains(|c: char| c.is_ascii_digit() || c == 'Ø');
                let call = Callsign::parse(value)
                    .ok()
                    .filter(|_| figure)
                    .ok_or(Unfit::Text("a callsign"))?;
                *self.station_slot(who) = Some(call);
            }
            Slot::TxPower => {
                let power = Power::parse(value).map_err(|_| Unfit::Raw("a power in watts"))?;
                defects.extend(rewritten(name, value, power.as_str()));
                self.tx_power = Some(power);
            }
            Slot::Text(text) => self.apply_text(text, value)?,
            Slot::Serial(direction) => {
                let digits = value.trim();
                number::whole(digits).ok_or(Unfit::Raw("a serial number"))?;
                self.set_serial(direction, Some(digits.into()));
            }
            Slot::Parks(side) => self.set_parks(side, parks(value).ok_or(Unfit::Text("a list of parks"))?),
            Slot::Place(programme, side) => {
                let place = place(programme, value).ok_or(Unfit::Text("a reference of its programme"))?;
                self.set_place(programme, side, Some(place));
            }
            Slot::Qsl(service, part) => self.apply_qsl(service, part, value)?,
            Slot::Dxcc | Slot::CqZone | Slot::ItuZone => self.apply_area(slot, value)?,
            Slot::Sfi | Slot::AIndex | Slot::KIndex => self.apply_space(slot, name, value, defects)?,
            Slot::Extra => self.put_extra(name.to_smol(), value.clone(), None),
        }
        Ok(())
    }

    fn apply_time(&mut self, slot: Slot, value: &str) -> Result<(), Unfit> {
        let at = |t: Timestamp| Offset::UTC.to_datetime(t);
        let needed = |what: &str| Unfit::Needed(format!("{} is not {what}", excerpt(value)));
        match slot {
            Slot::DateOn => {
                let date = date(value).ok_or_else(|| needed("a date"))?;
                self.start = instant(date, at(self.start).time()).ok_or_else(|| needed("a date"))?;
            }
            Slot::TimeOn => {
                let clock = clock(value).ok_or_else(|| needed("a time"))?;
                self.start = instant(at(self.start).date(), clock.time).ok_or_else(|| needed("a time"))?;
                self.spell_start(clock.no_seconds);
            }
            Slot::DateOff => {
                let date = date(value).ok_or(Unfit::Raw("a date"))?;
                let time = at(self.end.unwrap_or(self.start)).time();
                self.end = Some(instant(date, time).ok_or(Unfit::Raw("a date"))?);
            }
            _ => {
                let clock = clock(value).ok_or(Unfit::Raw("a time"))?;
                let kept = self.take_date_off();
                let date = kept.unwrap_or_else(|| at(self.end.unwrap_or(self.start)).date());
                self.end = Some(self.end_at(date, clock.time).ok_or(Unfit::Raw("a time"))?);
                self.spell_end(clock.no_seconds);
            }
        }
        Ok(())
    }

    /// The end at a time of day: on the date, or on the next day if that were before the start.
    fn end_at(&self, date: Date, time: Time) -> Option<Timestamp> {
        let end = instant(date, time)?;
        if end >= self.start {
            Some(end)
        } else {
            end.checked_add(24.hours()).ok()
        }
    }

    fn apply_frequency(
        &mut self,
        slot: Slot,
        name: &FieldName,
        value: &str,
        defects: &mut Vec<Defect>,
    ) -> Result<(), Unfit> {
        let hertz = Hertz::from_mhz_text(value).map_err(|_| Unfit::Raw("a frequency in MHz"))?;
        if hertz.get() == 0 {
            return Err(Unfit::Raw("a frequency in MHz"));
        }
        let text = value.trim();
        let fraction = text.split_once(['.', ',']).map_or("", |(_, fraction)| fraction);
        if fraction.bytes().skip(6).any(|digit| digit != b'0') {
            self.put_raw(name, value);
            defects.push(Defect::warning("rounded", "finer than one hertz: rounded").of(name.to_smol()));
        }
        if text.contains(',') {
            defects.push(Defect::warning("decimal-comma", "has a decimal comma").of(name.to_smol()));
        }
        // Only needless zeros must be remembered: all other decimals are in the number.
        let decimals = fraction.len().min(6);
        let needless = decimals > 0
            && hertz.to_mhz_text() != hertz.to_mhz_text_with(u8::try_from(decimals).unwrap_or_default());
        let kept = if needless { decimals } else { 0 };
        if slot == Slot::Freq {
            self.freq = Some(hertz);
            self.spelling.note(spelling::FREQ, kept);
        } else {
            self.freq_rx = Some(hertz);
            self.spelling.note(spelling::FREQ_RX, kept);
        }
        Ok(())
    }

    fn apply_mode(&mut self, slot: Slot, value: &str, defects: &mut Vec<Defect>) -> Result<(), Unfit> {
        let parsed = if slot == Slot::Mode {
            Mode::parse(value, None)
        } else {
            Mode::parse(self.mode.main(), Some(value))
        };
        let (mode, found) = parsed.map_err(|e| Unfit::Needed(e.to_string()))?;
        let of = if slot == Slot::Mode { "MODE" } else { "SUBMODE" };
        defects.extend(
            found
                .iter()
                .map(|d| Defect::warning("mode", format!("{} {}", excerpt(value), d.text())).of(of)),
        );
        self.mode = mode;
        Ok(())
    }

    fn apply_text(&mut self, text: Text, value: &SmolStr) -> Result<(), Unfit> {
        let value = match text {
            Text::Continent => {
                let upper = value.trim().to_ascii_uppercase_smolstr();
                if !["AF", "AN", "AS", "EU", "NA", "OC", "SA"].contains(&upper.as_str()) {
                    return Err(Unfit::Text("a continent"));
                }
                upper
            }
            Text::PropMode => value.trim().to_ascii_uppercase_smolstr(),
            _ => value.clone(),
        };
        self.set_text(text, Some(value));
        Ok(())
    }

    fn apply_qsl(&mut self, service: &str, part: Part, value: &str) -> Result<(), Unfit> {
        match part {
            Part::Sent | Part::Rcvd => {
                let status = Some(QslStatus::parse(value).ok_or(Unfit::Text("a QSL state"))?);
                let state = self.qsl.entry(service);
                *(if part == Part::Sent {
                    &mut state.sent
                } else {
                    &mut state.rcvd
                }) = status;
            }
            Part::SentDate | Part::RcvdDate => {
                let date = Some(date(value).ok_or(Unfit::Raw("a date"))?);
                let state = self.qsl.entry(service);
                *(if part == Part::SentDate {
                    &mut state.sent_date
                } else {
                    &mut state.rcvd_date
                }) = date;
            }
        }
        Ok(())
    }

    fn apply_area(&mut self, slot: Slot, value: &str) -> Result<(), Unfit> {
        let spelled = match slot {
            Slot::Dxcc => {
                self.dxcc = Some(within(value, 0..=MOST_ENTITY).ok_or(Unfit::Raw("an entity number"))?);
                spelling::DXCC
            }
            Slot::CqZone => {
                self.cq_zone = Some(within(value, 1..=40).ok_or(Unfit::Raw("a CQ zone"))?);
                spelling::CQ_ZONE
            }
            _ => {
                self.itu_zone = Some(within(value, 1..=90).ok_or(Unfit::Raw("an ITU zone"))?);
                spelling::ITU_ZONE
            }
        };
        self.spelling.note_digits(spelled, value);
        Ok(())
    }

    fn apply_space(
        &mut self,
        slot: Slot,
        name: &FieldName,
        value: &SmolStr,
        defects: &mut Vec<Defect>,
    ) -> Result<(), Unfit> {
        let whole: Option<u16> = within(value, 0..=u16::MAX);
        match slot {
            Slot::Sfi | Slot::AIndex => match whole {
                Some(number) if slot == Slot::Sfi => self.space_mut().sfi = Some(number),
                Some(number) => self.space_mut().a_index = Some(number),
                None => return self.apply_extra(name, Kind::Number, value, None, defects),
            },
            _ => {
                let rounded = number::rounded(value).ok_or(Unfit::Raw("a number"))?;
                let index = u8::try_from(rounded.clamp(0, 9)).unwrap_or_default();
                if whole != Some(index.into()) {
                    self.put_raw(name, value);
                    let text = format!("{} became {index}", excerpt(value));
                    defects.push(Defect::warning("rounded", text).of(name.to_smol()));
                }
                self.space_mut().k_index = Some(index);
            }
        }
        Ok(())
    }

    /// A field of the specification without a typed place: its form is checked all the same.
    fn apply_extra(
        &mut self,
        name: &FieldName,
        form: Kind,
        value: &SmolStr,
        kind: Option<char>,
        defects: &mut Vec<Defect>,
    ) -> Result<(), Unfit> {
        let kept = match form {
            Kind::Number => {
                let fixed: SmolStr = match name.as_str() {
                    "RX_PWR" => Power::parse(value).ok().map(|power| power.as_str().into()),
                    _ => number::decimal(value).map(SmolStr::from),
                }
                .ok_or(Unfit::Raw("a number"))?;
                let turned = match name.as_str() {
                    "ANT_AZ" => number::turned(&fixed, false),
                    "ANT_EL" => number::turned(&fixed, true),
                    _ => None,
                };
                let fixed = turned.map_or(fixed, SmolStr::from);
                defects.extend(rewritten(name, value, &fixed));
                fixed
            }
            Kind::Date => {
                date(value).ok_or(Unfit::Raw("a date"))?;
                value.clone()
            }
            _ => value.clone(),
        };
        self.put_extra(name.to_smol(), kept, kind);
        Ok(())
    }

    pub(super) fn put_extra(&mut self, name: SmolStr, value: SmolStr, kind: Option<char>) {
        match self.extra.iter_mut().find(|extra| extra.name == name) {
            Some(extra) => *extra = Extra { name, value, kind },
            None => self.extra.push(Extra { name, value, kind }),
        }
    }

    /// Keeps a text that could not become its field's value.
    pub(crate) fn put_raw(&mut self, name: &str, value: &str) {
        self.put_extra(format_smolstr!("{RAW_PREFIX}{name}"), value.into(), None);
    }

    /// Keeps the day of an end whose time is not known.
    pub(crate) fn keep_date_off(&mut self, date: &str) {
        // In front, where a reader of the export meets it too.
        let (name, value) = (SmolStr::new_static(DATE_OFF), date.into());
        let kept = Extra {
            name,
            value,
            kind: None,
        };
        self.extra.insert(0, kept);
    }

    /// Takes out the day kept for an end whose time comes to be known.
    fn take_date_off(&mut self) -> Option<Date> {
        let kept = self.extra.iter().position(|extra| extra.name == DATE_OFF)?;
        date(&self.extra.remove(kept).value)
    }

    pub(super) fn station_slot(&mut self, who: Who) -> &mut Option<Callsign> {
        match who {
            Who::Station => &mut self.station_call,
            Who::Operator => &mut self.operator,
            Who::Owner => &mut self.owner_call,
        }
    }
}

/// A whole number between two limits.
fn within<N: TryFrom<u32> + PartialOrd>(text: &str, limits: RangeInclusive<N>) -> Option<N> {
    N::try_from(number::whole(text)?)
        .ok()
        .filter(|number| limits.contains(number))
}

/// The warning that a number is now written in another way.
fn rewritten(name: &FieldName, from: &str, to: &str) -> Option<Defect> {
    (from.trim() != to)
        .then(|| Defect::warning("rewritten", format!("{} became {to}", excerpt(from))).of(name.to_smol()))
}
