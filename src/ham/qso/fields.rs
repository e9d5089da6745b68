//! A contact as ADIF fields: typed ones in the order logs have them, then the others as they came.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use smol_str::SmolStr;

use super::place::own_qsl_name;
use super::slot::{Direction, PLACES, Part, SERVICES, Side, TEXTS};
use super::spelling::{self, Spelled};
use super::{QslState, Qso};
use crate::ham::freq::Hertz;

/// One field for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdifField<'a> {
    /// Name in upper case.
    pub name: Cow<'a, str>,
    /// Text, never empty.
    pub value: Cow<'a, str>,
    /// Type letter, if the log gave one.
    pub kind: Option<char>,
}

/// Fields being collected.
struct List<'a>(Vec<AdifField<'a>>);

impl<'a> List<'a> {
    fn put(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        self.0.push(AdifField {
            name: Cow::Borrowed(name),
            value: value.into(),
            kind: None,
        });
    }

    fn text(&mut self, name: &'a str, value: Option<&'a SmolStr>) {
        if let Some(value) = value {
            self.put(name, value.as_str());
        }
    }

    fn shown(&mut self, name: &'a str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.put(name, value.to_string());
        }
    }
}

impl Qso {
    /// All that is known of the contact as ADIF fields; reading them again gives the same contact.
    pub fn adif_fields(&self) -> impl Iterator<Item = AdifField<'_>> {
        let mut list = List(Vec::with_capacity(24 + self.extra.len()));
        self.what_and_when(&mut list);
        self.who_and_where(&mut list);
        self.programmes_and_contests(&mut list);
        self.confirmations(&mut list);
        for extra in &self.extra {
            list.0.push(AdifField {
                name: Cow::Borrowed(&extra.name),
                value: Cow::Borrowed(&extra.value),
                kind: extra.kind,
            });
        }
        list.0.into_iter()
    }

    /// Value of a field by its ADIF name, typed or not.
    pub fn adif_field(&self, name: &str) -> Option<String> {
        self.adif_fields()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.into_owned())
    }

    fn what_and_when<'a>(&'a self, list: &mut List<'a>) {
        list.put("CALL", self.call.as_str());
        let utc = |time: Timestamp| Offset::UTC.to_datetime(time);
        let start = utc(self.start);
        list.put("QSO_DATE", date_text(start.date()));
        list.put(
            "TIME_ON",
            time_text(start, self.spelling.get(spelling::START) > 0),
        );
        if let Some(end) = self.end.map(utc) {
            list.put("QSO_DATE_OFF", date_text(end.date()));
            list.put("TIME_OFF", time_text(end, self.spelling.get(spelling::END) > 0));
        }
        list.put("BAND", self.band.name());
        list.shown("FREQ", self.freq.map(|f| self.mhz(f, spelling::FREQ)));
        if let Some(band) = self.band_rx {
            list.put("BAND_RX", band.name());
        }
        list.shown("FREQ_RX", self.freq_rx.map(|f| self.mhz(f, spelling::FREQ_RX)));
        list.put("MODE", self.mode.main());
        if let Some(submode) = self.mode.submode() {
            list.put("SUBMODE", submode);
        }
    }

    fn mhz(&self, frequency: Hertz, spelled: Spelled) -> String {
        frequency.to_mhz_text_with(u8::try_from(self.spelling.get(spelled)).unwrap_or_default())
    }

    fn who_and_where<'a>(&'a self, list: &mut List<'a>) {
        for (name, call) in [
            ("STATION_CALLSIGN", &self.station_call),
            ("OPERATOR", &self.operator),
            ("OWNER_CALLSIGN", &self.owner_call),
        ] {
            if let Some(call) = call {
                list.put(name, call.as_str());
            }
        }
        for (name, grid) in [("GRIDSQUARE", &self.grid), ("MY_GRIDSQUARE", &self.my_grid)] {
            if let Some(grid) = grid {
                list.put(name, grid.as_str());
            }
        }
        for (text, name) in TEXTS {
            list.text(name, self.text(text));
        }
        for (name, number, spelled) in [
            ("DXCC", self.dxcc, spelling::DXCC),
            ("CQZ", self.cq_zone.map(u16::from), spelling::CQ_ZONE),
            ("ITUZ", self.itu_zone.map(u16::from), spelling::ITU_ZONE),
        ] {
            let digits = self.spelling.get(spelled);
            list.shown(name, number.map(|number| format!("{number:0digits$}")));
        }
        if let Some(power) = &self.tx_power {
            list.put("TX_PWR", power.as_str());
        }
        if let Some(space) = &self.space {
            list.shown("SFI", space.sfi);
            list.shown("A_INDEX", space.a_index);
            list.shown("K_INDEX", space.k_index);
        }
    }

    fn programmes_and_contests<'a>(&'a self, list: &mut List<'a>) {
        list.text("STX", self.serial(Direction::Sent));
        list.text("SRX", self.serial(Direction::Received));
        for (name, side) in [("POTA_REF", Side::Theirs), ("MY_POTA_REF", Side::Mine)] {
            let parks = self.parks(side);
            if !parks.is_empty() {
                list.put(name, parks.join(","));
            }
        }
        for (programme, side, name) in PLACES {
            list.text(name, self.place(programme, side));
        }
    }

    fn confirmations<'a>(&'a self, list: &mut List<'a>) {
        for (service, state) in self.qsl.iter() {
            let names = SERVICES
                .iter()
                .find(|(name, _)| *name == service)
                .map_or([""; 4], |(_, names)| *names);
            for (name, (part, word)) in names.into_iter().zip(Part::ALL) {
                let Some(value) = part_text(state, part) else {
                    continue;
                };
                if name.is_empty() {
                    let name = Cow::Owned(own_qsl_name(service, word).into());
                    list.0.push(AdifField {
                        name,
                        value: value.into(),
                        kind: None,
                    });
                } else {
                    list.put(name, value);
                }
            }
        }
    }
}

fn part_text(state: &QslState, part: Part) -> Option<String> {
    match part {
        Part::Sent => state.sent.map(|status| status.letter().to_string()),
        Part::SentDate => state.sent_date.map(date_text),
        Part::Rcvd => state.rcvd.map(|status| status.letter().to_string()),
        Part::RcvdDate => state.rcvd_date.map(date_text),
    }
}

fn date_text(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn time_text(at: DateTime, no_seconds: bool) -> String {
    if no_seconds && at.second() == 0 {
        format!("{:02}{:02}", at.hour(), at.minute())
    } else {
        format!("{:02}{:02}{:02}", at.hour(), at.minute(), at.second())
    }
}
