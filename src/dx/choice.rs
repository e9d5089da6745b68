//! Which spots somebody wants: the one filter of the firehose, the pages and the history.
//!
//! Written as named lists, `bands=20m,40m` in an address or `{"bands":["20m","40m"]}` in a message. Every list that is
//! given must hold the spot; within a list any entry may. Nothing given: every spot.

use std::fmt::Write as _;

use smol_str::{SmolStr, StrExt as _};

use super::event::{Source, Spot};
use crate::ham::band::Band;
use crate::ham::dxcc::Continent;
use crate::ham::spot::{ModeClass, SpotMode};

/// Entries a choice may have, all lists together.
const MOST: usize = 400;

/// Which spots somebody wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choice {
    bands: Vec<Band>,
    modes: Vec<Wanted>,
    continents: Vec<Continent>,
    spotter_continents: Vec<Continent>,
    entities: Vec<u16>,
    spotter_entities: Vec<u16>,
    calls: Vec<SmolStr>,
    spotters: Vec<SmolStr>,
    sources: Vec<Source>,
    programmes: Vec<Programme>,
    skimmer: Option<bool>,
    min_snr: Option<i8>,
}

/// A mode or a class of modes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wanted {
    Mode(SpotMode),
    Class(ModeClass),
}

/// A programme whose reference the spot must have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Programme {
    Pota,
    Sota,
    Wwff,
    Iota,
    Wwbota,
}

/// A filter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChoiceError {
    /// No such list.
    #[error(
        "{0:?} is no filter; there are bands, modes, cont, de_cont, dxcc, de_dxcc, calls, spotters, source, ref, skimmer and min_snr"
    )]
    Name(String),
    /// An entry that its list cannot have.
    #[error("{name}: {entry:?} is {what}")]
    Entry {
        name: &'static str,
        entry: String,
        what: &'static str,
    },
    /// Too many entries.
    #[error("{0} has more than {MOST} entries")]
    Long(&'static str),
    /// Too many in all.
    #[error("there are more than {MOST} entries in all")]
    Much,
}

impl Choice {
    /// Reads lists with their names, the entries parted by commas; a list that comes again goes on.
    pub(crate) fn read<'t>(lists: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, ChoiceError> {
        let mut choice = Self::default();
        for (name, entries) in lists {
            choice.add(name, entries)?;
        }
        Ok(choice)
    }

    /// Whether a list of this name exists, so that other parameters can stand beside.
    pub(crate) fn knows(name: &str) -> bool {
        !matches!(Self::default().add(name, ""), Err(ChoiceError::Name(_)))
    }

    fn add(&mut self, name: &str, entries: &str) -> Result<(), ChoiceError> {
        match name {
            "bands" | "band" => self
                .bands
                .extend(list("bands", entries, "no band", |text| Band::parse(text).ok())?),
            "modes" | "mode" => self.modes.extend(list("modes", entries, "no mode", wanted)?),
            "cont" | "dx_cont" | "continent" => {
                let given = list("cont", entries, "no continent", continent)?;
                self.continents.extend(given);
            }
            "de_cont" => {
                let given = list("de_cont", entries, "no continent", continent)?;
                self.spotter_continents.extend(given);
            }
            "dxcc" | "entities" => self
                .entities
                .extend(list("dxcc", entries, "no entity number", number)?),
            "de_dxcc" => self
                .spotter_entities
                .extend(list("de_dxcc", entries, "no entity number", number)?),
            "calls" | "call" => self.calls.extend(list("calls", entries, "no callsign", call)?),
            "spotters" | "spotter" => self
                .spotters
                .extend(list("spotters", entries, "no callsign", call)?),
            "source" | "sources" => self
                .sources
                .extend(list("source", entries, "no source", Source::parse)?),
            "ref" | "refs" => self
                .programmes
                .extend(list("ref", entries, "no programme", programme)?),
            "skimmer" => {
                let given = list("skimmer", entries, "neither true nor false", |text| {
                    text.parse().ok()
                })?;
                self.skimmer = given.last().copied();
            }
            "min_snr" => {
                let given = list("min_snr", entries, "no number of decibels", |text| {
                    text.parse().ok()
                })?;
                self.min_snr = given.last().copied();
            }
            other => return Err(ChoiceError::Name(other.chars().take(40).collect())),
        }
        // However often lists come again: a choice is kept as long as its socket.
        if self.entries() > MOST {
            return Err(ChoiceError::Much);
        }
        Ok(())
    }

    /// Entries of all lists.
    fn entries(&self) -> usize {
        let places = self.continents.len() + self.spotter_continents.len();
        let entities = self.entities.len() + self.spotter_entities.len();
        let calls = self.calls.len() + self.spotters.len();
        let origins = self.sources.len() + self.programmes.len();
        self.bands.len() + self.modes.len() + places + entities + calls + origins
    }

    /// Whether the spot is wanted.
    pub(crate) fn wants(&self, spot: &Spot) -> bool {
        self.skimmer.is_none_or(|wanted| wanted == spot.skimmer)
            && any(&self.bands, spot.band.as_ref(), |wanted, band| wanted == band)
            && any(&self.modes, spot.mode.as_ref(), |wanted, mode| match wanted {
                Wanted::Mode(wanted) => wanted == mode,
                Wanted::Class(class) => mode.class() == *class,
            })
            && any(&self.continents, spot.place.continent.as_ref(), |wanted, c| {
                wanted == c
            })
            && any(
                &self.spotter_continents,
                spot.spotter_place.continent.as_ref(),
                |wanted, c| wanted == c,
            )
            && any(&self.entities, spot.place.dxcc.as_ref(), |wanted, dxcc| {
                wanted == dxcc
            })
            && any(
                &self.spotter_entities,
                spot.spotter_place.dxcc.as_ref(),
                |wanted, dxcc| wanted == dxcc,
            )
            && any(&self.sources, Some(&spot.source), |wanted, source| {
                wanted == source
            })
            && any(&self.calls, Some(&spot.call), |wanted, call| {
                is_like(wanted, call.as_str()) || is_like(wanted, call.base())
            })
            && any(&self.spotters, Some(&spot.spotter), |wanted, spotter| {
                let base = spotter.split_once('-').map_or(spotter.as_str(), |(base, _)| base);
                is_like(wanted, spotter) || is_like(wanted, base)
            })
            && (self.programmes.is_empty() || self.programmes.iter().any(|wanted| wanted.is_in(spot)))
            && self
                .min_snr
                .is_none_or(|least| spot.snr.is_none_or(|snr| snr >= least))
    }

    /// The same for the same choice: what sockets are grouped by.
    pub(crate) fn name(&self) -> SmolStr {
        let mut name = String::new();
        // Writing to a text cannot fail.
        let _ = write!(name, "{self:?}");
        SmolStr::from(name)
    }
}

/// Whether a list is not given, or an entry fits what the spot has.
fn any<W, H>(list: &[W], has: Option<&H>, fits: impl Fn(&W, &H) -> bool) -> bool {
    list.is_empty() || has.is_some_and(|has| list.iter().any(|wanted| fits(wanted, has)))
}

fn list<T>(
    name: &'static str,
    entries: &str,
    what: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ChoiceError> {
    let entries = entries
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    let mut list = Vec::new();
    for entry in entries {
        if list.len() == MOST {
            return Err(ChoiceError::Long(name));
        }
        let wrong = || ChoiceError::Entry {
            name,
            entry: entry.chars().take(40).collect(),
            what,
        };
        list.push(read(entry).ok_or_else(wrong)?);
    }
    Ok(list)
}

fn wanted(text: &str) -> Option<Wanted> {
    Some(match text.to_lowercase_smolstr().as_str() {
        "cw" => Wanted::Class(ModeClass::Cw),
        "phone" | "ssb" | "voice" => Wanted::Class(ModeClass::Phone),
        "data" | "digi" | "digital" => Wanted::Class(ModeClass::Data),
        _ => Wanted::Mode(SpotMode::parse(text)?),
    })
}

/// A continent by its two letters.
pub(crate) fn continent(text: &str) -> Option<Continent> {
    Continent::ALL
        .into_iter()
        .find(|continent| continent.as_str().eq_ignore_ascii_case(text))
}

fn number(text: &str) -> Option<u16> {
    text.parse().ok()
}

/// A call, or the beginning of one with a star behind.
fn call(text: &str) -> Option<SmolStr> {
    let body = text.strip_suffix('*').unwrap_or(text);
    let is_call = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'/' || byte == b'-';
    let fits = (1..=16).contains(&body.len()) && body.bytes().all(is_call);
    fits.then(|| text.to_uppercase_smolstr())
}

fn is_like(wanted: &str, call: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => call.starts_with(start),
        None => call == wanted,
    }
}

fn programme(text: &str) -> Option<Programme> {
    Some(match text.to_lowercase_smolstr().as_str() {
        "pota" => Programme::Pota,
        "sota" => Programme::Sota,
        "wwff" => Programme::Wwff,
        "iota" => Programme::Iota,
        "wwbota" => Programme::Wwbota,
        _ => return None,
    })
}

impl Programme {
    fn is_in(self, spot: &Spot) -> bool {
        let refs = &spot.refs;
        match self {
            Self::Pota => refs.pota.is_some(),
            Self::Sota => refs.sota.is_some(),
            Self::Wwff => refs.wwff.is_some(),
            Self::Iota => refs.iota.is_some(),
            Self::Wwbota => refs.wwbota.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dx::testing::{World, raw};

    fn wants(lists: &[(&str, &str)], spot: &Spot) -> bool {
        Choice::read(lists.iter().copied()).unwrap().wants(spot)
    }

    #[test]
    fn every_list_that_is_given_must_hold_the_spot() {
        let mut sent = raw("KM3T-2-#", "DL1ABC/P", 14_025_000, "CW 20 dB 24 WPM CQ");
        sent.refs.sota = Some("DM/BW-042".into());
        let spot = World::new().new_spot(sent);
        for (name, holds, lacks) in [
            ("bands", "40m, 20M", "40m"),
            ("mode", "ft8,cw", "data"),
            ("modes", "CW", "phone"),
            ("cont", "af,EU", "NA"),
            ("de_cont", "NA", "EU"),
            ("dxcc", "1,230", "291"),
            ("de_dxcc", "291", "230"),
            ("calls", "dl1abc", "DL1AB"),
            ("call", "DL*", "DK*"),
            ("spotters", "KM3T", "KM3"),
            ("spotter", "km3t-2", "KM3T-3"),
            ("source", "telnet,pota", "rest"),
            ("ref", "pota,sota", "pota"),
            ("skimmer", "true", "false"),
            ("min_snr", "20", "21"),
        ] {
            assert!(wants(&[(name, holds)], &spot), "{name}={holds}");
            assert!(!wants(&[(name, lacks)], &spot), "{name}={lacks}");
            assert!(!wants(&[("bands", "20m"), (name, lacks)], &spot) || name == "bands");
            assert!(wants(&[(name, "")], &spot), "an empty {name} is none");
        }
        assert!(
            wants(&[("band", "40m"), ("band", "20m")], &spot),
            "a list goes on"
        );
        let person = World::new().new_spot(raw("K1ABC", "DL1ABC", 14_025_000, "loud"));
        assert!(wants(&[("min_snr", "20")], &person), "people give no report");
    }

    #[test]
    fn what_is_no_filter_is_refused_with_its_name() {
        let refused = |name: &str, entries: &str| Choice::read([(name, entries)]).unwrap_err();
        assert_eq!(refused("colour", "red"), ChoiceError::Name("colour".into()));
        for name in [
            "bands", "modes", "cont", "dxcc", "calls", "source", "ref", "skimmer", "min_snr",
        ] {
            let error = refused(name, "?!");
            assert!(
                matches!(error, ChoiceError::Entry { name: told, .. } if told == name),
                "{error}"
            );
        }
        assert_eq!(refused("dxcc", &"1,".repeat(401)), ChoiceError::Long("dxcc"));
        let (calls, bands) = ("DL1ABC,".repeat(300), "20m,".repeat(101));
        assert_eq!(
            Choice::read([("calls", &*calls), ("bands", &*bands)]),
            Err(ChoiceError::Much)
        );
        assert_eq!(
            Choice::read([("bands", "20m"); 401]),
            Err(ChoiceError::Much),
            "a list that goes on for ever"
        );
        assert!(Choice::knows("band") && !Choice::knows("limit"));
    }
}
