//! Which spots somebody wants: the one filter of the firehose, the pages and the history.
//!
//! Written as named lists, `bands=20m,40m` in an address or `{"bands":["20m","40m"]}` in a message. Every list that is
//! given must hold the spot; within a list any entry may. Nothing given: every spot.

use std::fmt::Write as _;

use smol_str::{SmolStr, StrExt as _};

use super::event::{Source, Spot};
use crate::ham::band::Band;
use crate::ham::dxcc::Continent;
use crate::ham::mode::{Mode, ModeGroup};

/// Entries one list may have.
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

/// A mode or a group of modes.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Label(SmolStr),
    Group(ModeGroup),
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
}

impl Choice {
    /// Reads lists with their names, the entries parted by commas.
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
            "bands" | "band" => {
                self.bands = list("bands", entries, "no band", |text| Band::parse(text).ok())?;
            }
            "modes" | "mode" => self.modes = list("modes", entries, "no mode", wanted)?,
            "cont" | "dx_cont" | "continent" => {
                self.continents = list("cont", entries, "no continent", continent)?;
            }
            "de_cont" => self.spotter_continents = list("de_cont", entries, "no continent", continent)?,
            "dxcc" | "entities" => self.entities = list("dxcc", entries, "no entity number", number)?,
            "de_dxcc" => self.spotter_entities = list("de_dxcc", entries, "no entity number", number)?,
            "calls" | "call" => self.calls = list("calls", entries, "no callsign", call)?,
            "spotters" | "spotter" => self.spotters = list("spotters", entries, "no callsign", call)?,
            "source" | "sources" => self.sources = list("source", entries, "no source", Source::parse)?,
            "ref" | "refs" => self.programmes = list("ref", entries, "no programme", programme)?,
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
        Ok(())
    }

    /// Whether the spot is wanted.
    pub(crate) fn wants(&self, spot: &Spot) -> bool {
        self.skimmer.is_none_or(|wanted| wanted == spot.skimmer)
            && any(&self.bands, spot.band.as_ref(), |wanted, band| wanted == band)
            && any(&self.modes, spot.mode_label().as_ref(), |wanted, label| {
                wanted.holds(label)
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
        "cw" => Wanted::Group(ModeGroup::Cw),
        "phone" | "ssb" | "voice" => Wanted::Group(ModeGroup::Phone),
        "data" | "digi" | "digital" => Wanted::Group(ModeGroup::Data),
        _ => Wanted::Label(Mode::named(text).ok()?.label().to_uppercase_smolstr()),
    })
}

impl Wanted {
    fn holds(&self, label: &str) -> bool {
        match self {
            Self::Label(wanted) => wanted == label,
            Self::Group(group) => match label {
                "PHONE" => *group == ModeGroup::Phone,
                "DATA" => *group == ModeGroup::Data,
                _ => Mode::named(label).is_ok_and(|mode| mode.group() == *group),
            },
        }
    }
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
