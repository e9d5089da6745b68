//! What a rule asks of a spot.

use jiff::Timestamp;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::dx::choice::{Choice, ChoiceError};
use crate::dx::event::Spot;
use crate::dx::worked::Need;

/// Rules one account may have.
pub(super) const MOST_RULES: usize = 50;
/// Filters one account may keep.
pub(super) const MOST_FILTERS: usize = 30;
/// Characters of a name.
const LONGEST_NAME: usize = 60;
/// Bytes a filter may have.
const LARGEST_FILTER: usize = 4 << 10;

/// A rule. Every list that is given must hold the spot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a box to tick, named in the API"
)]
pub(crate) struct Rule {
    /// What its owner calls it.
    pub(crate) name: String,
    pub(crate) enabled: bool,
    /// Calls, or their beginnings with a star: `K6*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<String>,
    /// Entities by number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dxcc: Vec<u16>,
    /// ADIF bands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) bands: Vec<String>,
    /// Modes, or `cw`, `phone`, `data`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) modes: Vec<String>,
    /// Continents of the spotter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) de_cont: Vec<String>,
    /// Programmes whose reference the spot must have: `pota`, `sota`, `wwff`, `iota`, `wwbota`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) refs: Vec<String>,
    /// What the spot must be good for: `entity`, `band`, `mode`, `slot`, `grid`, `ref`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) needs: Vec<String>,
    /// Whether skimmers' spots count, too.
    pub(crate) skimmers: bool,
    /// When nothing is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quiet: Option<Quiet>,
    /// Whether an open page plays a tone.
    pub(crate) sound: bool,
    /// Whether a mail is sent.
    pub(crate) mail: bool,
}

/// Hours of silence, in UTC; from late to early goes over midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quiet {
    /// `22:00`
    pub(crate) from: String,
    /// `06:00`
    pub(crate) to: String,
}

/// A filter that somebody keeps under a name; in the words of [`Choice`] and of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedFilter {
    pub(crate) name: String,
    #[schema(value_type = Object)]
    pub(crate) filter: serde_json::Value,
}

/// A rule or filter that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the name must have 1 to {LONGEST_NAME} characters")]
    Name,
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    #[error("{0:?} is no need; there are entity, band, mode, slot, grid and ref")]
    Need(String),
    #[error("{0:?} is no time of day; write 22:00")]
    Time(String),
    #[error("a rule must name something: calls, entities, bands, modes, references or needs")]
    Everything,
    #[error("there are {MOST_RULES} rules already")]
    Rules,
    #[error("at most {MOST_FILTERS} filters can be kept")]
    Filters,
    #[error("the filter is too large")]
    Large,
}

impl Fault {
    /// The field it is about.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Choice(ChoiceError::Entry { name, .. } | ChoiceError::Long(name)) => match *name {
                "ref" => "refs",
                name => name,
            },
            Self::Choice(ChoiceError::Name(_) | ChoiceError::Much) | Self::Everything | Self::Rules => "",
            Self::Need(_) => "needs",
            Self::Time(_) => "quiet",
            Self::Filters | Self::Large => "items",
        }
    }
}

/// A rule, ready to be compared with spots.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    choice: Choice,
    needs: Vec<Need>,
    skimmers: bool,
    quiet: Option<(Time, Time)>,
}

impl Rule {
    /// The rule in its tidy form, ready to be compared.
    pub(super) fn ready(&self) -> Result<Ready, Fault> {
        if !is_name(&self.name) {
            return Err(Fault::Name);
        }
        let entities: Vec<String> = self.dxcc.iter().map(u16::to_string).collect();
        let lists = [
            ("calls", &self.calls),
            ("dxcc", &entities),
            ("bands", &self.bands),
            ("modes", &self.modes),
            ("de_cont", &self.de_cont),
            ("ref", &self.refs),
        ];
        let asks = lists
            .iter()
            .any(|(name, list)| *name != "de_cont" && !list.is_empty());
        if !asks && self.needs.is_empty() {
            return Err(Fault::Everything);
        }
        let texts = lists.map(|(name, list)| (name, list.join(",")));
        let given = texts.iter().filter(|(_, entries)| !entries.is_empty());
        let choice = Choice::read(given.map(|(name, entries)| (*name, entries.as_str())))?;
        let needs = self.needs.iter();
        let needs = needs.map(|text| Need::parse(text).ok_or_else(|| Fault::Need(text.clone())));
        let quiet = self.quiet.as_ref();
        Ok(Ready {
            choice,
            needs: needs.collect::<Result<_, _>>()?,
            skimmers: self.skimmers,
            quiet: quiet
                .map(|Quiet { from, to }| Ok::<_, Fault>((time(from)?, time(to)?)))
                .transpose()?,
        })
    }
}

impl SavedFilter {
    /// Refuses what cannot be kept.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if !is_name(&self.name) {
            return Err(Fault::Name);
        }
        let is_small = self.filter.is_object() && self.filter.to_string().len() <= LARGEST_FILTER;
        if is_small { Ok(()) } else { Err(Fault::Large) }
    }
}

impl Ready {
    /// Whether what the log has decides, too.
    pub(super) fn needs_log(&self) -> bool {
        !self.needs.is_empty()
    }

    /// Whether the spot is one that the rule looks for at this time, as far as the log is not asked.
    pub(super) fn wants(&self, spot: &Spot, now: Timestamp) -> bool {
        (self.skimmers || !spot.skimmer) && !self.is_quiet(now) && self.choice.wants(spot)
    }

    /// Whether what the spot would be good for is looked for.
    pub(super) fn wants_need(&self, need: Option<Need>) -> bool {
        need.is_some_and(|need| self.needs.contains(&need))
    }

    fn is_quiet(&self, now: Timestamp) -> bool {
        let Some((from, to)) = self.quiet else {
            return false;
        };
        let time = now.to_zoned(jiff::tz::TimeZone::UTC).time();
        if from <= to {
            from <= time && time < to
        } else {
            time >= from || time < to
        }
    }
}

fn is_name(name: &str) -> bool {
    let length = name.trim().chars().count();
    (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control)
}

fn time(text: &str) -> Result<Time, Fault> {
    let parts = text.split_once(':').and_then(|(hour, minute)| {
        let number = |part: &str| (part.len() == 2).then(|| part.parse::<i8>().ok()).flatten();
        Time::new(number(hour)?, number(minute)?, 0, 0).ok()
    });
    parts.ok_or_else(|| Fault::Time(text.chars().take(20).collect()))
}

/// What is told once in a while only: rule, station, band, class.
pub(super) type Sameness = (u32, u32, SmolStr, u8, u8);
